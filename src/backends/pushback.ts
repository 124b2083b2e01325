import type { Clock, Random } from "../kernel/index.ts";

const firstMs = 100;
const longestMs = 5000;
/** A backend that asks for more is asked again after this time all the same: what it says may be as wrong as it is full. */
const longestAskedMs = 30_000;

interface PushbackOptions {
  clock: Clock;
  random: Random;
  /** The pause is over. */
  onOver(): void;
}

/**
 * The pause after a backend has turned a call away (429, 503): without it the one that answers every call with 503 would
 * stay the favourite, because it is always free.
 */
export interface Pushback {
  /** A call that began at `beganAt` was turned away. */
  busy(beganAt: number, retryAfterMs: number | undefined): void;
  /** A call was answered. */
  answered(): void;
  /** Milliseconds until it may be asked again. */
  readonly remainingMs: number;
  close(): void;
}

export function createPushback({ clock, random, onOver }: PushbackOptions): Pushback {
  let inARow = 0;
  let setAt = -Infinity;
  let until = -Infinity;
  let cancel = (): void => {};

  return {
    busy(beganAt, retryAfterMs) {
      // Many calls are turned away together; those that went out before the pause have nothing to add to it.
      if (beganAt < setAt) return;
      const pauseMs = Math.min(longestMs, firstMs * 2 ** Math.min(inARow, 16)) * (0.5 + random() / 2);
      inARow += 1;
      setAt = clock.now();
      until = setAt + Math.max(pauseMs, Math.min(retryAfterMs ?? 0, longestAskedMs));
      cancel();
      cancel = clock.after(until - setAt, () => {
        // A timer may fire a fraction of a millisecond early, and nobody would look again.
        until = -Infinity;
        onOver();
      });
    },
    answered() {
      inARow = 0;
    },
    get remainingMs() {
      return Math.max(0, until - clock.now());
    },
    close: () => cancel(),
  };
}
