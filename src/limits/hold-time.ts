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
}

export function createHoldTime(clock: Clock): HoldTime {
  let meanMs = 0;
  let count = 0;
  let movedAt = clock.now();

  return {
    taken() {
      movedAt = clock.now();
    },
    givenBack(heldMs) {
      movedAt = clock.now();
      count += 1;
      meanMs += (Math.max(0, heldMs) - meanMs) * Math.max(newestWeight, 1 / count);
    },
    holdMs: (isFull) => (isFull ? Math.max(meanMs, clock.now() - movedAt) : meanMs),
  };
}
