import type { IncomingMessage } from "node:http";
import type { GatewayError } from "../../kernel/index.ts";

interface ReadOptions {
  /** Most bytes to hold. */
  limit: number;
  /** The error for a larger body. */
  tooLarge: () => GatewayError;
  /** Ends the reading when the deadline passes or the caller goes. */
  signal: AbortSignal;
}

/**
 * Reads a whole body into one buffer. With Content-Length the buffer has its final size from the start: collecting and
 * joining chunks would copy every byte once more.
 */
export function readBody(request: IncomingMessage, { limit, tooLarge, signal }: ReadOptions): Promise<Buffer> {
  const declared = request.headers["content-length"];
  const length = declared === undefined ? undefined : Number(declared);
  if (length !== undefined && length > limit) return Promise.reject(tooLarge());

  return new Promise((resolve, reject) => {
    const sized = length === undefined ? null : Buffer.allocUnsafe(length);
    const chunks: Buffer[] = [];
    let received = 0;

    function onData(chunk: Buffer): void {
      if (received + chunk.length > limit) {
        finish(() => reject(tooLarge()));
        return;
      }
      // Node's parser never delivers more than Content-Length promised.
      if (sized === null) chunks.push(chunk);
      else chunk.copy(sized, received);
      received += chunk.length;
    }
    function onEnd(): void {
      finish(() => resolve(sized === null ? Buffer.concat(chunks, received) : sized.subarray(0, received)));
    }
    function onClose(): void {
      finish(() => reject(new Error("the connection closed before the body was complete")));
    }
    function onAbort(): void {
      finish(() => reject(signal.reason as Error));
    }
    function finish(settle: () => void): void {
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      signal.removeEventListener("abort", onAbort);
      settle();
    }

    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
