import type { Clock } from "../kernel/index.ts";

/** The newest hold weighs at least this much in the mean: the last twenty or so count. */
const newestWeight = 1 / 20;

/** How long places are held, observed: what waiting times are told from. */
export interface HoldTime {
  /** A place was taken. */
  taken(): void;
  /** A place was given back after this many milliseconds. */
  givenBack(heldMs: number): void;
  /**
   * Milliseconds that a place is held now; 0 as long as nothing is known. While all places are taken and none comes back,
   * it grows with the time that passes: a standstill must not look like the good days before it.
   */
  holdMs(isFull: boolean): number;
  /**
   * Milliseconds within which nearly every place comes back. Who is let in is promised an answer in time, and half of all
   * holds are longer than the mean.
   */
  longHoldMs(isFull: boolean): number;
}

/** Mean deviations above the mean, as TCP does for its retransmission timer (RFC 6298). */
const deviations = 4;

export function createHoldTime(clock: Clock): HoldTime {
  let meanMs = 0;
  let deviationMs = 0;
  let count = 0;
  let movedAt = clock.now();

  function holdMs(isFull: boolean): number {
    return isFull ? Math.max(meanMs, clock.now() - movedAt) : meanMs;
  }

  return {
    taken() {
      movedAt = clock.now();
    },
    givenBack(heldMs) {
      movedAt = clock.now();
      count += 1;
      const weight = Math.max(newestWeight, 1 / count);
      const difference = Math.max(0, heldMs) - meanMs;
      // The first hold says nothing of how much they differ.
      if (count > 1) deviationMs += (Math.abs(difference) - deviationMs) * weight;
      meanMs += difference * weight;
    },
    holdMs,
    longHoldMs: (isFull) => holdMs(isFull) + deviations * deviationMs,
  };
}
