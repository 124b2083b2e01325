import { sleep } from "../../kernel/index.ts";
import type { Clock } from "../../kernel/index.ts";

/**
 * The serial stage in front of the engine: one thread of the API process decodes and resizes every image. Requests that
 * wait here are in no scheduler gauge, which is the blind spot that real servers have too.
 */
export interface FrontStage {
  /** Resolves when the stage has spent `costMs` on this request, counted from `arrivedMs` or when it became free. */
  pass(arrivedMs: number, costMs: number, signal: AbortSignal): Promise<void>;
}

export function createFrontStage(clock: Clock): FrontStage {
  let freeAt = -Infinity;
  return {
    async pass(arrivedMs, costMs, signal) {
      // Its turn is taken even if the caller leaves: the processor that runs is not interrupted.
      freeAt = Math.max(arrivedMs, freeAt) + costMs;
      const waitMs = freeAt - clock.now();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
    },
  };
}
