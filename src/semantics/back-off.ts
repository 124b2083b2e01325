import type { Clock } from "../kernel/index.ts";

/** Keeps a server that fails from being asked at every turn. */
export interface BackOff {
  /** False while the server rests, and while a first request after a rest is still under way. */
  mayAsk(): boolean;
  succeeded(): void;
  failed(): void;
}

const firstRestMs = 500;
const longestRestMs = 30_000;

/** Rests for half a second after a failure and twice as long after each further one; then one request decides. */
export function createBackOff(clock: Pick<Clock, "now">): BackOff {
  let failures = 0;
  let restsUntil = 0;
  let isProbing = false;
  return {
    mayAsk() {
      if (failures === 0) return true;
      if (isProbing || clock.now() < restsUntil) return false;
      isProbing = true;
      return true;
    },
    succeeded() {
      failures = 0;
      isProbing = false;
    },
    failed() {
      // Requests that were under way together fail together: that is one failure.
      if (failures === 0 || isProbing) failures += 1;
      isProbing = false;
      restsUntil = clock.now() + Math.min(longestRestMs, firstRestMs * 2 ** (failures - 1));
    },
  };
}
