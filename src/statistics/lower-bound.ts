import { createCapital } from "./capital.ts";
import { createHistogram } from "./histogram.ts";
import type { Histogram } from "./histogram.ts";
import { shares, stakes } from "./stakes.ts";

/** The bound rises in steps of at least this much, and of at least this share of its distance from the mean. */
const smallestStep = 1e-4;
const relativeStep = 0.02;

const logShares = shares.map((share) => Math.log(share));

/** A bound that holds at all times at once, with probability 1 - alpha, and never falls again. */
export interface LowerBound {
  push(difference: number): void;
  /** The mean is above this; -1 before anything is known. */
  readonly low: number;
  /** Takes in that the mean was just shown to be above `mean`, then rises to where the evidence reaches. */
  raise(mean: number): void;
  readonly seen: Histogram;
}

/**
 * The running lower end of a confidence sequence: the largest mean whose capital has ever reached 1/alpha. The capital falls
 * as the mean that it bets against rises, so that all means below the bound are excluded with it.
 *
 * Only the capital against a mean just above the bound is followed pair by pair; when it wins, the bound moves to the mean at
 * which the capital now stands at exactly 1/alpha, found from the histogram of all differences. So n pairs cost O(n).
 */
export function createLowerBound(alpha: number): LowerBound {
  const enough = 1 / alpha;
  const seen = createHistogram();
  let low = -1;
  let watchedMean = nextMean();
  let watched = createCapital(watchedMean, enough);

  function nextMean(): number {
    return Math.min(1, low + Math.max(smallestStep, relativeStep * (meanOf(seen) - low)));
  }

  function raise(mean: number): void {
    low = Math.max(low, mean, excludedAbove(mean, seen, enough));
    watchedMean = nextMean();
    watched = createCapital(watchedMean, enough, holdingsAt(seen, watchedMean));
  }

  return {
    push(difference) {
      seen.push(difference);
      // At 1 there is nothing left to exclude.
      if (watched.push(difference) && low < 1) raise(watchedMean);
    },
    get low() {
      return low;
    },
    raise,
    seen,
  };
}

/**
 * A mean above `from` against which the capital of these differences still is at least `enough`; -1 if not even `from` is excluded.
 * With u = -log(1 + mean) the logarithm of the capital is convex and rises with u (it is that of a polynomial in 1/(1 + mean)
 * without negative coefficients), so that a step of Newton's method towards the root ends before it, on the excluded side. From
 * close by, as here, it ends nearly on it.
 */
function excludedAbove(from: number, seen: Histogram, enough: number): number {
  const u = -Math.log(1 + from);
  const { value, slope } = logCapital(seen, u);
  const beyond = value - Math.log(enough);
  return beyond < 0 ? -1 : Math.min(1, Math.exp(beyond / slope - u) - 1);
}

/** The logarithm of the capital against the mean exp(-u) - 1, and its derivative by u. */
function logCapital(seen: Histogram, u: number): { value: number; slope: number } {
  const scale = Math.exp(u);
  const logs = logShares.slice();
  const slopes = stakes.map(() => 0);
  seen.forEach((difference, count) => {
    const return_ = (1 + difference) * scale;
    for (let at = 0; at < stakes.length; at++) {
      const stake = stakes[at] as number;
      const factor = 1 - stake + stake * return_;
      logs[at] = (logs[at] as number) + count * Math.log(factor);
      slopes[at] = (slopes[at] as number) + (count * stake * return_) / factor;
    }
  });
  const highest = Math.max(...logs);
  let total = 0;
  let slope = 0;
  for (let at = 0; at < stakes.length; at++) {
    const part = Math.exp((logs[at] as number) - highest);
    total += part;
    slope += part * (slopes[at] as number);
  }
  return { value: highest + Math.log(total), slope: slope / total };
}

/** What each stake holds against `mean` after all these differences. */
function holdingsAt(seen: Histogram, mean: number): number[] {
  const scale = 1 / (1 + mean);
  const logs = logShares.slice();
  seen.forEach((difference, count) => {
    const gain = (1 + difference) * scale - 1;
    for (let at = 0; at < stakes.length; at++) {
      logs[at] = (logs[at] as number) + count * Math.log1p((stakes[at] as number) * gain);
    }
  });
  return logs.map((log) => Math.exp(log));
}

function meanOf(seen: Histogram): number {
  let pairs = 0;
  let sum = 0;
  seen.forEach((difference, count) => {
    pairs += count;
    sum += count * difference;
  });
  return pairs === 0 ? 0 : sum / pairs;
}
