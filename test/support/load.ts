import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import type { AttributesAnswer, Problem } from "../../schemas/index.ts";

/** What came of one request. */
export interface Outcome {
  /** Null where no whole answer came: the connection broke, or the caller left. */
  status: number | null;
  answer: AttributesAnswer | null;
  problem: Problem | null;
  /** Seconds, as the header says. */
  retryAfter: number | null;
  /** From when it was due to the last byte, or to when it failed. */
  latencyMs: number;
}

interface OpenLoopOptions {
  count: number;
  perSecond: number;
  send: (index: number) => Promise<Response>;
}

/** More than this many open requests mean that the gateway does not answer at all. */
const maxOpen = 1000;

/**
 * Sends `count` requests at an even rate, whether or not others have their answers, and resolves when each has its
 * outcome. An event loop that is late sends what is overdue at once, so the number sent does not depend on the machine.
 */
export async function sendOpenLoop({ count, perSecond, send }: OpenLoopOptions): Promise<Outcome[]> {
  const startedAt = performance.now();
  const outcomes: Promise<Outcome>[] = [];
  let open = 0;
  for (let index = 0; index < count; index += 1) {
    const dueAt = startedAt + (index * 1000) / perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (open >= maxOpen) throw new Error(`${open} requests are open: nothing is answered`);
    open += 1;
    outcomes.push(readOutcome(send(index), dueAt).finally(() => (open -= 1)));
  }
  return Promise.all(outcomes);
}

interface Post {
  headers: Record<string, string>;
  body: Buffer;
  signal: AbortSignal;
}

/**
 * POSTs on a socket of its own, which closes with the request. fetch keeps one that was aborted while it connected: the
 * server would wait a minute for its first request before it can close.
 */
export function postOnOwnSocket(url: string, { headers, body, signal }: Post): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, agent: false, signal }, (answer) => {
      buffer(answer).then((bytes) => {
        const retryAfter = answer.headers["retry-after"];
        resolve(
          new Response(new Uint8Array(bytes), {
            status: answer.statusCode ?? 0,
            headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
          }),
        );
      }, reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Reads an answer to its end; never rejects. */
export async function readOutcome(response: Promise<Response>, dueAt = performance.now()): Promise<Outcome> {
  const nothing = { status: null, answer: null, problem: null, retryAfter: null };
  try {
    const { status, headers, body } = await response.then(async (head) => ({
      status: head.status,
      headers: head.headers,
      body: await head.json(),
    }));
    const retryAfter = headers.get("retry-after");
    return {
      status,
      answer: status === 200 ? (body as AttributesAnswer) : null,
      problem: status === 200 ? null : (body as Problem),
      retryAfter: retryAfter === null ? null : Number(retryAfter),
      latencyMs: performance.now() - dueAt,
    };
  } catch {
    return { ...nothing, latencyMs: performance.now() - dueAt };
  }
}

/** How many outcomes there are of each kind, such as `200` and `503 overloaded`: for messages. */
export function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, problem } of outcomes) {
    const kind = [status ?? "no answer", problem?.code].filter((part) => part !== undefined).join(" ");
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
