import { tokensOf } from "./work.ts";
import type { Work } from "./work.ts";

/** Tokens a second that one place works off, before anything is known: about a model of a few billion parameters. */
const assumedTokensPerSecond = 2000;
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
  /** Tokens that so many places work off in one second. */
  tokensOf(places: number): number;
}

/**
 * By Little's law a backend with `n` places that spends `t` seconds on a token of a call works off `n / t` tokens a
 * second. Measured so, a backend with little to do shows what it could do, where counting its completed work would only
 * show what it was given.
 */
export function createCapacity(clock: { now(): number }): Capacity {
  let secondsPerToken = 1 / assumedTokensPerSecond;
  let answers = 0;
  let lastAt = clock.now();

  /** Slides back to the assumption while nothing is learned. */
  function current(): number {
    const known = 0.5 ** (Math.max(0, clock.now() - lastAt - halfLifeMs) / halfLifeMs);
    return secondsPerToken ** known * (1 / assumedTokensPerSecond) ** (1 - known);
  }

  return {
    answered(work, durationMs) {
      const observed = Math.max(durationMs, 0.1) / 1000 / Math.max(1, tokensOf(work));
      answers += 1;
      const base = current();
      secondsPerToken = base + (observed - base) * Math.max(newestWeight, 1 / answers);
      lastAt = clock.now();
    },
    tokensOf: (places) => places / current(),
  };
}
