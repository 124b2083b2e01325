import type { Clock } from "../kernel/index.ts";

/** Keeps mirrored calls from a backend that fails at all of them. It is the mirror's own: live traffic has another. */
export interface Breaker {
  /** Whether a call may be made now. While it tries a broken backend again, one at a time may. */
  readonly isOpen: boolean;
  record(isFailure: boolean): void;
}

/** Failures in a row that break it. A single bad photo fails twice at most. */
const failuresToOpen = 5;
const firstPauseMs = 5000;
const longestPauseMs = 300_000;

/** Creates a closed breaker. After its pause one more failure opens it again, for twice as long. */
export function createBreaker(clock: Clock): Breaker {
  let failures = 0;
  let pauseMs = firstPauseMs;
  let openUntil = -Infinity;

  return {
    get isOpen() {
      return clock.now() < openUntil;
    },
    record(isFailure) {
      if (!isFailure) {
        failures = 0;
        pauseMs = firstPauseMs;
        openUntil = -Infinity;
        return;
      }
      failures += 1;
      if (failures < failuresToOpen || clock.now() < openUntil) return;
      openUntil = clock.now() + pauseMs;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    },
  };
}
