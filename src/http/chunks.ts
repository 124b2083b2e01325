import type { Readable } from "node:stream";

/** A stream's pieces, one for each call. */
export interface Chunks {
  /** The next piece, or null at the end; rejects where the stream breaks off. Call it again when it has settled. */
  next(): Promise<Buffer | null>;
  /** Leaves the stream as it is, to whoever reads on. */
  stop(): void;
}

/**
 * Reads a stream piece by piece. Unlike its own iterator it lets go of the stream without destroying it, so that the rest
 * of a refused body can be drained.
 */
export function readChunks(stream: Readable): Chunks {
  let waiting: PromiseWithResolvers<Buffer | null> | null = null;
  let isEnded = false;

  function settle(use: (promise: PromiseWithResolvers<Buffer | null>) => void): void {
    const settled = waiting;
    waiting = null;
    if (settled !== null) use(settled);
  }
  function onData(chunk: Buffer): void {
    stream.pause();
    settle(({ resolve }) => resolve(chunk));
  }
  function onEnd(): void {
    isEnded = true;
    settle(({ resolve }) => resolve(null));
  }
  function onClose(): void {
    settle(({ reject }) => reject(brokenOff()));
  }

  stream.pause();
  stream.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  return {
    next() {
      if (isEnded || stream.readableEnded) return Promise.resolve(null);
      if (stream.destroyed) return Promise.reject(brokenOff());
      waiting = Promise.withResolvers();
      stream.resume();
      return waiting.promise;
    },
    stop() {
      stream.pause();
      stream.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
    },
  };
}

function brokenOff(): Error {
  return new Error("the connection closed before the body was complete");
}
