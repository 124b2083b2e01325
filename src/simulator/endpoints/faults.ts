import type { Fault, FaultControl } from "../faults/control.ts";
import type { Exchange } from "../http/exchange.ts";
import { wireError } from "../protocol/wire-error.ts";

/**
 * GET and PUT /simulator/faults: the one endpoint that vLLM does not have. PUT takes `{"faults": [{"kind", "rate", …}]}`
 * and replaces what is on. Only loopback addresses may use it, also where the server listens on others.
 */
export async function answerFaults(exchange: Exchange, faults: FaultControl): Promise<void> {
  if (!isLoopback(exchange.remoteAddress)) throw wireError(404, "Not Found", "Not Found");
  if (exchange.method === "PUT") {
    try {
      const body = JSON.parse((await exchange.readBody()).toString("utf8")) as { faults?: unknown };
      if (!Array.isArray(body.faults)) throw new TypeError('The body must be {"faults": [...]}.');
      faults.set(body.faults as Fault[]);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      throw wireError(400, "Bad Request", error.message, "faults");
    }
  }
  exchange.sendJson(200, { faults: faults.list() });
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}
