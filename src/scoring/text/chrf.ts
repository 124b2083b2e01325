import { countNgrams } from "./ngram-matches.ts";
import type { NgramCounts } from "./ngram-matches.ts";
import { isSpace, numberWords } from "./text.ts";
import type { Text } from "./text.ts";

const characterOrder = 6;
const wordOrder = 2;
/** Recall weighs β² as much as precision. */
const betaSquared = 4;

/** chrF++ of one pair, 0..100; 0 where either text is blank. As `CHRF(word_order=2).sentence_score` of sacrebleu 2.6. */
export function chrf(reference: Text, hypothesis: Text): number {
  return chrfOf(chrfCounts(reference, hypothesis));
}

/** chrF++ of many pairs as one text, 0..100: their counts are added up first. Not the mean of `chrf`. 0 for none. */
export function corpusChrf(counts: Iterable<readonly NgramCounts[]>): number {
  const sums = Array.from({ length: characterOrder + wordOrder }, () => ({ reference: 0, hypothesis: 0, matches: 0 }));
  for (const pair of counts) {
    for (const [order, sum] of sums.entries()) {
      const { reference, hypothesis, matches } = pair[order] as NgramCounts;
      sum.reference += reference;
      // An order that the reference has nothing of does not count against the hypothesis.
      sum.hypothesis += reference === 0 ? 0 : hypothesis;
      sum.matches += matches;
    }
  }
  return chrfOf(sums);
}

/** What chrF++ counts: n-grams of 1 to 6 characters without whitespace, then of 1 and 2 words without their punctuation. */
export function chrfCounts(reference: Text, hypothesis: Text): NgramCounts[] {
  const [ours, theirs] = numberWords(splitPunctuation(reference), splitPunctuation(hypothesis));
  return [
    ...countNgrams(withoutSpace(reference), withoutSpace(hypothesis), characterOrder),
    ...countNgrams(ours, theirs, wordOrder),
  ];
}

/** Precision and recall, each the mean over the orders that both sides have, then one F. */
function chrfOf(counts: readonly NgramCounts[]): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (const { reference, hypothesis, matches } of counts) {
    if (reference === 0 || hypothesis === 0) continue;
    precision += matches / hypothesis;
    recall += matches / reference;
    orders += 1;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return (100 * (1 + betaSquared) * precision * recall) / (betaSquared * precision + recall);
}

function withoutSpace({ codePoints }: Text): Int32Array {
  const kept = new Int32Array(codePoints.length);
  let count = 0;
  for (const point of codePoints) {
    if (isSpace(point)) continue;
    kept[count] = point;
    count += 1;
  }
  return kept.subarray(0, count);
}

/** Python's string.punctuation. */
const isPunctuation = (unit: number): boolean =>
  (unit >= 0x21 && unit <= 0x2f) ||
  (unit >= 0x3a && unit <= 0x40) ||
  (unit >= 0x5b && unit <= 0x60) ||
  (unit >= 0x7b && unit <= 0x7e);

/** Takes one mark off each word, behind if it can, else before: "(hi)" becomes "(hi" and ")". */
function splitPunctuation({ words }: Text): string[] {
  const parts: string[] = [];
  for (const word of words) {
    const last = word.length - 1;
    if (last > 0 && isPunctuation(word.charCodeAt(last))) parts.push(word.slice(0, last), word.slice(last));
    else if (last > 0 && isPunctuation(word.charCodeAt(0))) parts.push(word.slice(0, 1), word.slice(1));
    else parts.push(word);
  }
  return parts;
}
