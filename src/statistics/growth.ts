import type { Histogram } from "./histogram.ts";
import { stakes } from "./stakes.ts";

/** Where a capital stands, and what it has seen. */
interface Standing {
  holdings: readonly number[];
  seen: Histogram;
  pairs: number;
  /** The mean that it bets against. */
  mean: number;
}

/** Nobody waits for more pairs than this. */
const mostPairs = 1e8;

/**
 * How many more pairs take a capital to `goal` if they come as they came so far: each stake goes on growing at its average
 * logarithmic growth under the differences seen. 0 if it is there; null if no stake grows, or too slowly to wait for.
 */
export function pairsUntil(goal: number, { holdings, seen, pairs, mean }: Standing): number | null {
  const growth = new Float64Array(stakes.length);
  seen.forEach((difference, count) => {
    const gain = (1 + difference) / (1 + mean) - 1;
    for (let at = 0; at < stakes.length; at++) {
      growth[at] = (growth[at] as number) + (count / pairs) * Math.log1p((stakes[at] as number) * gain);
    }
  });
  const after = (more: number) => {
    let capital = 0;
    for (let at = 0; at < stakes.length; at++) {
      capital += (holdings[at] as number) * Math.exp(more * (growth[at] as number));
    }
    return capital;
  };
  if (after(0) >= goal) return 0;
  if (after(mostPairs) < goal) return null;
  let low = 0;
  let high = mostPairs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (after(middle) >= goal) high = middle;
    else low = middle;
  }
  return high;
}
