import { createCapital } from "./capital.ts";
import type { Capital } from "./capital.ts";
import { createLowerBound } from "./lower-bound.ts";
import { pairsUntil } from "./growth.ts";

/** What a measure's paired differences say about its mean, and about a margin. Open at every moment: looking costs nothing. */
export interface Evidence {
  /** Takes in the next difference, candidate minus baseline, -1..1. */
  push(difference: number): void;
  readonly pairs: number;
  /** The mean of the differences; 0 before the first. */
  readonly difference: number;
  /** The mean lies above `low` and below `high`, each with probability 1 - alpha at all times at once. */
  readonly low: number;
  readonly high: number;
  /** E-value against "the mean is -margin or lower", and after how many pairs it first reached 1/alpha. */
  readonly promotion: number;
  readonly promotedAt: number | null;
  /** E-value against "the mean is -margin or higher". */
  readonly rejection: number;
  /** How many more differences like those so far bring the e-value to `enough`; null where they lead away from it. */
  pairsToPromote(enough: number): number | null;
  pairsToReject(enough: number): number | null;
}

/** The largest margin: -1 itself cannot be bet against. */
const largestMargin = 1 - 1e-6;

/** Creates the evidence about one measure: two bounds, and a capital on each side of the margin. */
export function createEvidence({ alpha, margin }: { alpha: number; margin: number }): Evidence {
  const limit = Math.min(margin, largestMargin);
  const enough = 1 / alpha;
  const below = createLowerBound(alpha);
  const above = createLowerBound(alpha);
  const promotion: Capital = createCapital(-limit, enough);
  // The mirror image: that -d has mean `margin` or less.
  const rejection: Capital = createCapital(limit, enough);
  let pairs = 0;
  let sum = 0;
  let promotedAt: number | null = null;
  let isBelowMargin = false;

  return {
    push(difference) {
      // Not -difference: that of 0 is a number of its own kind, which slows everything down.
      const mirrored = 0 - difference;
      pairs++;
      sum += difference;
      below.push(difference);
      above.push(mirrored);
      if (promotion.push(difference) && promotedAt === null) {
        promotedAt = pairs;
        below.raise(-limit);
      }
      if (rejection.push(mirrored) && !isBelowMargin) {
        isBelowMargin = true;
        above.raise(limit);
      }
    },
    get pairs() {
      return pairs;
    },
    get difference() {
      return pairs === 0 ? 0 : sum / pairs;
    },
    get low() {
      return below.low;
    },
    get high() {
      return -above.low;
    },
    get promotion() {
      return promotion.value;
    },
    get promotedAt() {
      return promotedAt;
    },
    get rejection() {
      return rejection.value;
    },
    pairsToPromote: (goal) => pairsUntil(goal, { holdings: promotion.holdings, seen: below.seen, pairs, mean: -limit }),
    pairsToReject: (goal) => pairsUntil(goal, { holdings: rejection.holdings, seen: above.seen, pairs, mean: limit }),
  };
}
