import { commonSubsequenceLength } from "./common-subsequence.ts";
import { numberWords } from "./text.ts";
import type { Text } from "./text.ts";

/**
 * ROUGE-L F1, 0..1: precision and recall of the longest common subsequence of words; 0 where either has none. As
 * google-research's rouge_scorer without its stemmer.
 */
export function rougeL(reference: Text, hypothesis: Text): number {
  const [ours, theirs] = numberWords(tokens(reference), tokens(hypothesis));
  const common = commonSubsequenceLength(ours, theirs);
  if (common === 0) return 0;
  const precision = common / theirs.length;
  const recall = common / ours.length;
  return (2 * precision * recall) / (precision + recall);
}

/** Only a-z and 0-9 make words: "v-neck" is two, "café" is "caf", and nothing is left of other scripts. */
const tokens = (text: Text): string[] => text.raw.toLowerCase().match(/[a-z0-9]+/g) ?? [];
