import type { Impression } from "../sighting.ts";
import type { ColourShares } from "./colour-naming.ts";
import { baseColours, colourWords } from "./colour-words.ts";
import { choose } from "./impression.ts";
import type { Odds } from "./impression.ts";

/** A second colour below this share of the garment is a trim, not half of its name. */
const leastSecondShare = 0.18;

/**
 * The word for a garment's colour: the base colour that the classifier holds likeliest, in the shade that most of it has;
 * on a patterned garment together with a strong second colour ("black and white").
 *
 * @param bases chance of every base colour
 */
export function nameColour(bases: ReadonlyMap<string, number>, shares: ColourShares, patterned: number): Impression {
  const odds: Odds = new Map();
  let first = "";
  for (const [base, chance] of bases) {
    odds.set(mainWord(base, shares), chance);
    if (chance > (bases.get(first) ?? 0)) first = base;
  }
  const word = mainWord(first, shares);
  const second = secondBase(first, shares);
  if (first === "multicolor" || second === null) return choose(odds, word);
  const chance = bases.get(first) ?? 0;
  const together = patterned * Math.min(0.8, 2 * second.share);
  odds.set(word, chance * (1 - together));
  odds.set(`${word} and ${mainWord(second.base, shares)}`, chance * together);
  return choose(odds, together > 0.5 ? `${word} and ${mainWord(second.base, shares)}` : word);
}

function mainWord(base: string, shares: ColourShares): string {
  let best = base;
  let most = 0;
  for (const [i, [word, ownBase]] of colourWords.entries())
    if (ownBase === base && shares.words[i]! > most) [best, most] = [word, shares.words[i]!];
  return best;
}

function secondBase(first: string, shares: ColourShares): { base: string; share: number } | null {
  let best: { base: string; share: number } | null = null;
  for (const [i, base] of baseColours.entries()) {
    const share = shares.bases[i]!;
    if (base !== first && share >= leastSecondShare && share > (best?.share ?? 0)) best = { base, share };
  }
  return best;
}
