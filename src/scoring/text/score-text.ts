import { sentenceBleu } from "./bleu.ts";
import { chrf } from "./chrf.ts";
import { levenshteinSimilarity } from "./levenshtein.ts";
import { createMeteor } from "./meteor.ts";
import { rougeL } from "./rouge-l.ts";
import { readText } from "./text.ts";
import { tokenSetRatio } from "./token-set-ratio.ts";
import { loadWordnet } from "./wordnet.ts";
import type { Wordnet } from "./wordnet.ts";

/** Every metric of one pair, all in 0..1. */
export interface TextScores {
  tokenSetRatio: number;
  levenshtein: number;
  rougeL: number;
  chrf: number;
  bleu: number;
  meteor: number;
}

/** Throws RangeError where a text is longer than `maxTextLength`. Nothing is normalised: that is the caller's part. */
export type ScoreText = (pair: { reference: string; hypothesis: string }) => TextScores;

/** `loadSynonyms` is called once, when a pair first needs it. */
export function createTextScorer(loadSynonyms: () => Wordnet = loadWordnet): ScoreText {
  let wordnet: Wordnet | undefined;
  const meteor = createMeteor(() => (wordnet ??= loadSynonyms()));
  return (pair) => {
    const reference = readText(pair.reference);
    const hypothesis = readText(pair.hypothesis);
    return {
      tokenSetRatio: tokenSetRatio(reference, hypothesis) / 100,
      levenshtein: levenshteinSimilarity(reference, hypothesis),
      rougeL: rougeL(reference, hypothesis),
      chrf: chrf(reference, hypothesis) / 100,
      bleu: Math.min(1, sentenceBleu(reference, hypothesis) / 100),
      meteor: meteor(reference, hypothesis),
    };
  };
}
