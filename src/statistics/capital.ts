import { shares, stakes } from "./stakes.ts";

/** Beyond this a bettor's money is put aside: giving money away keeps a capital valid, infinity would not. */
const mostCapital = 1e300;

/**
 * A gambler's capital in a game that is fair or worse as long as the null hypothesis holds: an e-process. It starts at 1, and
 * the chance that it ever reaches 1/alpha is at most alpha (Ville), however often somebody looks.
 */
export interface Capital {
  /** Takes in the next difference, -1..1; answers whether the capital after it is at least `enough`. */
  push(difference: number): boolean;
  /** The capital now: the e-value against the hypothesis. */
  readonly value: number;
  /** What each stake of `stakes` holds of it. */
  readonly holdings: readonly number[];
}

/**
 * Bets against "the differences have mean `mean` or less" (given the past, each of them). A bettor with stake s multiplies its
 * capital by 1 + s((1 + d)/(1 + mean) - 1), which is never negative and has expectation 1 or less under the hypothesis.
 *
 * Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (JRSS-B 2024), the one-sided
 * capital process for x = (1 + d)/2, with a mixture of constant stakes in place of one predictable stake.
 *
 * @param mean in (-1, 1]
 * @param enough the capital that decides
 * @param holdings what each stake holds to begin with, for a capital that takes up an earlier one
 */
export function createCapital(mean: number, enough: number, holdings: number[] = shares.slice()): Capital {
  const scale = 1 / (1 + mean);
  const count = stakes.length;
  return {
    push(difference) {
      const gain = (1 + difference) * scale - 1;
      let total = 0;
      for (let at = 0; at < count; at++) {
        const grown = (holdings[at] as number) * (1 + (stakes[at] as number) * gain);
        const kept = grown < mostCapital ? grown : mostCapital;
        holdings[at] = kept;
        total += kept;
      }
      return total >= enough;
    },
    get value() {
      return holdings.reduce((sum, held) => sum + held);
    },
    holdings,
  };
}
