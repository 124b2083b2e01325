import type { Random } from "../kernel/index.ts";
import { hasWeight } from "./candidate.ts";
import type { Candidate } from "./candidate.ts";

interface Ranked<C> {
  candidate: C;
  standing: number;
  key: number;
  tie: number;
}

/**
 * Orders by standing, then by `key` (least first), then at random: without the last, ties would go to whoever comes
 * first in the configuration, and an idle fleet would be one busy backend.
 */
export function orderBy<C extends Candidate>(
  candidates: readonly C[],
  key: (candidate: C) => number,
  random: Random,
): C[] {
  return candidates
    .map((candidate): Ranked<C> => ({ candidate, standing: standingOf(candidate), key: key(candidate), tie: random() }))
    .sort((a, b) => a.standing - b.standing || compare(a.key, b.key) || a.tie - b.tie)
    .map(({ candidate }) => candidate);
}

/**
 * What no policy may overrule: free places before full ones; and weight 0 last of all, even behind the full ones, because
 * an operator who sets it wants no traffic there as long as anything else serves.
 */
export function standingOf(candidate: Candidate): number {
  const isFull = !(candidate.freePlaces > 0);
  return (hasWeight(candidate) ? 0 : 2) + (isFull ? 1 : 0);
}

/** Not a subtraction: two infinite keys would differ by NaN. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
