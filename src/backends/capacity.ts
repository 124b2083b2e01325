import { tokensOf } from "./work.ts";
import type { Work } from "./work.ts";

/** Tokens a second that one place works off, before anything is known of any: about a model of a few billion parameters. */
const assumedPace = 2000;
/** The newest answer weighs at least this much: the last thirty or so count. */
const newestWeight = 1 / 30;
/**
 * What is known holds this long without an answer; then half of it is given up in each such time, so that a slow hour is
 * not held against a backend that nobody has asked since.
 */
const halfLifeMs = 30_000;

/** What a backend has shown it can carry. */
export interface Capacity {
  /** An answer came: its work took this long. */
  answered(work: Work, durationMs: number): void;
  /** Tokens a second that one place works off; null before the first answer. */
  readonly shownPace: number | null;
  /** The same as it is taken to be now. */
  readonly pace: number;
}

interface CapacityOptions {
  clock: { now(): number };
  /** The pace of the best peer, where one has shown any: what is unknown is worth a try. */
  bestPace: () => number | null;
}

/**
 * By Little's law a backend with `n` places that spends `t` seconds on a token of a call works off `n / t` tokens a
 * second. Measured so, a backend with little to do shows what it could do, where counting its completed work would only
 * show what it was given.
 */
export function createCapacity({ clock, bestPace }: CapacityOptions): Capacity {
  let shown: number | null = null;
  let answers = 0;
  let lastAt = clock.now();

  /** Slides to the assumption while nothing is learned. */
  function current(): number {
    const assumed = bestPace() ?? assumedPace;
    if (shown === null) return assumed;
    const known = 0.5 ** (Math.max(0, clock.now() - lastAt - halfLifeMs) / halfLifeMs);
    return shown ** known * assumed ** (1 - known);
  }

  return {
    answered(work, durationMs) {
      const secondsPerToken = Math.max(durationMs, 0.1) / 1000 / Math.max(1, tokensOf(work));
      const before = answers === 0 ? secondsPerToken : 1 / current();
      answers += 1;
      shown = 1 / (before + (secondsPerToken - before) * Math.max(newestWeight, 1 / answers));
      lastAt = clock.now();
    },
    get shownPace() {
      return shown;
    },
    get pace() {
      return current();
    },
  };
}
