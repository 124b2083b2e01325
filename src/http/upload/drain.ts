import type { IncomingMessage } from "node:http";

/**
 * Reads what is left of a refused upload and throws it away, so that the client can finish sending and read the answer
 * instead of meeting a reset connection. A client that sends more than `limit` further bytes is cut off.
 */
export function drainUnreadBody(request: IncomingMessage, limit: number): void {
  if (request.complete || request.destroyed) return;
  // A form parser that was given up would hold the flow back.
  request.unpipe();
  let discarded = 0;
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > limit) request.destroy();
  });
  request.resume();
}
