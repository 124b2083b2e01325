import type { Clock } from "../kernel/index.ts";
import { createSlidingCount } from "./sliding-count.ts";

const windowMs = 10_000;

interface RetryBudgetOptions {
  /** Retries as a share of requests. */
  ratio: number;
  /** Retries in any ten seconds that are allowed however few requests there are. */
  minPer10s?: number;
  clock: Clock;
}

/**
 * Bounds what retries add to the load of a fleet that is in trouble: in the ten seconds before any retry there are, with
 * it, at most `ratio` times the requests of those seconds, or `minPer10s`, whichever is more.
 */
export interface RetryBudget {
  /** Call it once for each request, not for its retries. */
  recordRequest(): void;
  /** Takes one retry out of the budget; false where there is none left. */
  tryRetry(): boolean;
}

export function createRetryBudget({ ratio, minPer10s = 10, clock }: RetryBudgetOptions): RetryBudget {
  const now = createSteadyTime(clock);
  const requests = createSlidingCount(now, windowMs);
  const retries = createSlidingCount(now, windowMs);
  /** When the last `minPer10s` retries were; a ring whose `oldest` place is overwritten next. */
  const lastRetries = Array.from({ length: minPer10s }, () => -Infinity);
  let oldest = 0;

  return {
    recordRequest: () => requests.add(),
    tryRetry() {
      const at = now();
      const isWithinMinimum = at - (lastRetries[oldest] ?? Infinity) >= windowMs;
      if (!isWithinMinimum && !(retries.atMost() + 1 <= ratio * requests.atLeast())) return false;
      retries.add();
      if (minPer10s > 0) {
        lastRetries[oldest] = at;
        oldest = (oldest + 1) % minPer10s;
      }
      return true;
    },
  };
}

/** Time that goes on from where it was when a clock jumps back, so that no window is frozen until it has caught up. */
function createSteadyTime(clock: Clock): () => number {
  let last = clock.now();
  let shift = 0;
  return () => {
    const now = clock.now();
    if (now < last) shift += last - now;
    last = now;
    return now + shift;
  };
}
