import { sleep } from "../../kernel/index.ts";
import type { Clock } from "../../kernel/index.ts";
import { ClientGone } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import type { FaultDice } from "./control.ts";

/** Faults of the connection before an answer. Never returns where one of them ended the exchange. */
export async function playArrivalFaults(exchange: Exchange, dice: FaultDice, clock: Clock): Promise<void> {
  const isReset =
    (exchange.isReusedConnection && dice.roll("keep-alive-reset") !== undefined) ||
    dice.roll("reset-before-headers") !== undefined;
  if (isReset) {
    exchange.reset();
    throw new ClientGone("The connection was reset on purpose.");
  }
  const stall = dice.roll("stall");
  if (stall === undefined) return;
  const durationMs = stall["duration_ms"] ?? 0;
  if (durationMs > 0) await sleep(clock, durationMs, exchange.signal);
  else await untilGone(exchange.signal);
}

/** Sends a JSON answer, as whole as the faults of its way leave it. */
export async function deliver(
  exchange: Exchange,
  dice: FaultDice,
  clock: Clock,
  body: object,
  headers: Record<string, string>,
): Promise<void> {
  if (dice.roll("non-json-body") !== undefined) {
    exchange.begin(200, { "content-type": "text/html" });
    exchange.end("<html><body><h1>Welcome to nginx!</h1></body></html>");
    return;
  }
  const huge = dice.roll("huge-body");
  if (huge !== undefined) {
    await deliverPadded(exchange, body, huge["megabytes"] ?? 0);
    return;
  }
  const drip = dice.roll("slow-drip");
  const isCut = dice.roll("reset-mid-body") !== undefined;
  if (drip === undefined && !isCut) {
    exchange.sendJson(200, body, headers);
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  exchange.begin(200, { "content-type": "application/json", "content-length": String(bytes.length), ...headers });
  const pieces = Math.max(1, Math.floor(drip?.["pieces"] ?? 2));
  const pieceLength = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += pieceLength) {
    exchange.write(bytes.subarray(at, at + pieceLength));
    // A reset overtakes what the kernel has not sent yet, so half of the body gets a moment to leave.
    await sleep(clock, drip?.["pause_ms"] ?? 20, exchange.signal);
    if (isCut && at >= bytes.length / 2 - pieceLength) {
      exchange.reset();
      return;
    }
  }
  exchange.end();
}

/** Whitespace is legal JSON: the body stays valid and is only far too large. */
async function deliverPadded(exchange: Exchange, body: object, megabytes: number): Promise<void> {
  const padding = Buffer.alloc(1_000_000, " ");
  exchange.begin(200, { "content-type": "application/json" });
  for (let sent = 0; sent < megabytes; sent++) {
    if (exchange.signal.aborted) return;
    exchange.write(padding);
    // Without a pause the whole padding would wait in memory for a slow reader.
    await new Promise((resolve) => setImmediate(resolve));
  }
  exchange.end(JSON.stringify(body));
}

function untilGone(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
