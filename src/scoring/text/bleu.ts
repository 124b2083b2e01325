import { countNgrams } from "./ngram-matches.ts";
import { numberWords } from "./text.ts";
import type { Text } from "./text.ts";
import { tokens13a } from "./tokens-13a.ts";

const maxOrder = 4;

/**
 * BLEU of one pair, 0..100: 13a tokens, cases as they are, exponential smoothing, effective order; 0 where no word matches. As
 * `BLEU(effective_order=True).sentence_score` of sacrebleu 2.6.
 */
export function sentenceBleu(reference: Text, hypothesis: Text): number {
  const [ours, theirs] = numberWords(tokens13a(reference.raw), tokens13a(hypothesis.raw));
  const counts = countNgrams(ours, theirs, maxOrder);
  // Without a word in common there is no longer n-gram in common either, and smoothing would make something of nothing.
  if (counts[0]?.matches === 0) return 0;
  let logarithms = 0;
  let orders = 0;
  let smoothing = 1;
  for (const { hypothesis: total, matches } of counts) {
    if (total === 0) break;
    if (matches === 0) smoothing *= 2;
    logarithms += Math.log(matches === 0 ? 100 / (smoothing * total) : (100 * matches) / total);
    orders += 1;
  }
  const brevity = theirs.length < ours.length ? Math.exp(1 - ours.length / theirs.length) : 1;
  return brevity * Math.exp(logarithms / orders);
}
