import { Worker } from "node:worker_threads";
import { createSemaphore, systemClock } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import { imageCorrupt, overloaded } from "./errors.ts";
import type { HeicReply, HeicRequest } from "./heic.worker.ts";
import type { RawPixels } from "./render.ts";

/** Decodes HEIC in a worker thread, one image at a time. */
export interface HeicDecoder {
  /**
   * Upright pixels (the file's own rotation is applied), not converted to sRGB. An abort ends the worker.
   * @throws GatewayError image_corrupt, overloaded; the signal's reason
   */
  decode(bytes: Buffer, channels: 3 | 4, signal?: AbortSignal): Promise<RawPixels & { decodeMs: number }>;
  close(): Promise<void>;
}

export interface HeicDecoderOptions {
  /** Passed on to the decoder, whose bitstream may hold more pixels than the file's header declares. */
  maxPixels: number;
  clock?: Clock;
  /** An image of 50 megapixels takes about 3 seconds. */
  timeoutMs?: number;
  /** Images that may wait for the worker; at half a second each, more would outwait their deadlines. */
  maxWaiting?: number;
  workerFile?: URL;
}

/** WebAssembly memory grows to what the largest image needed and never shrinks: beyond this the worker is replaced. */
const keepBelowBytes = 256 * 2 ** 20;

/** Creates a decoder; its worker starts with the first image and again after every failure. */
export function createHeicDecoder({
  maxPixels,
  clock = systemClock,
  timeoutMs = 15_000,
  maxWaiting = 16,
  workerFile = new URL("./heic.worker.ts", import.meta.url),
}: HeicDecoderOptions): HeicDecoder {
  const turns = createSemaphore(1);
  let worker: Worker | undefined;
  let isClosed = false;

  function start(): Worker {
    return new Worker(workerFile, {
      // It reads hostile bytes: no environment, no flags, a small heap. Its pixels live outside of that heap, in WebAssembly
      // memory, which the module bounds to 2 GiB and the pixel limit to much less.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
  }

  async function retire(): Promise<void> {
    const retired = worker;
    worker = undefined;
    await retired?.terminate();
  }

  async function decodeNow(request: HeicRequest, signal?: AbortSignal): Promise<RawPixels & { decodeMs: number }> {
    // Both may have happened while the image waited for its turn.
    signal?.throwIfAborted();
    if (isClosed) throw shuttingDown();
    worker ??= start();
    const startedAt = clock.now();
    try {
      const reply = await ask(worker, request, { clock, timeoutMs, signal });
      if (!reply.isDecoded) throw new Error(reply.reason);
      if (reply.memoryBytes > keepBelowBytes) await retire();
      return { ...reply.pixels, decodeMs: clock.now() - startedAt };
    } catch (cause) {
      await retire();
      signal?.throwIfAborted();
      if (isClosed) throw shuttingDown();
      throw imageCorrupt("The HEIC image cannot be decoded. Send it again undamaged, or as JPEG.", { cause });
    }
  }

  return {
    async decode(bytes, channels, signal) {
      if (turns.waiting >= maxWaiting) {
        throw overloaded("Too many HEIC images are waiting. Send the request again later, or send JPEG.", {
          retryAfterSeconds: 5,
        });
      }
      // A copy of its own, because the bytes may be a slice of a larger body, all of which would be sent along.
      return turns.run(() => decodeNow({ bytes: new Uint8Array(bytes), channels, maxPixels }, signal), signal);
    },
    async close() {
      isClosed = true;
      await retire();
    },
  };
}

function shuttingDown(): Error {
  return overloaded("The gateway is shutting down. Send the request again.", { retryAfterSeconds: 1 });
}

interface AskOptions {
  clock: Clock;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** One question to the worker; rejects where it dies, hangs or is no longer wanted. */
function ask(worker: Worker, request: HeicRequest, { clock, timeoutMs, signal }: AskOptions): Promise<HeicReply> {
  const { promise, resolve, reject } = Promise.withResolvers<HeicReply>();
  const onExit = (): void => reject(new Error("the HEIC worker exited"));
  const onAbort = (): void => reject(new Error("no longer wanted"));
  const cancel = clock.after(timeoutMs, () => reject(new Error(`no answer within ${timeoutMs} ms`)));
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", onExit);
  signal?.addEventListener("abort", onAbort, { once: true });
  // An idle worker must not keep the process alive, a busy one must.
  worker.ref();
  worker.postMessage(request, [request.bytes.buffer]);
  return promise.finally(() => {
    cancel();
    worker.unref();
    worker.off("message", resolve).off("error", reject).off("exit", onExit);
    signal?.removeEventListener("abort", onAbort);
  });
}
