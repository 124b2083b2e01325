import { commonSubsequenceLength } from "./common-subsequence.ts";
import { codePointsOf, compareCodePoints } from "./text.ts";
import type { Text } from "./text.ts";

/**
 * 0..100, of the *sets* of words, so repeats and order are nothing and a subset scores 100. Compares cases and punctuation
 * as they are; 0 where either text has no word, even both. As `fuzz.token_set_ratio` of rapidfuzz 3.14.
 */
export function tokenSetRatio(reference: Text, hypothesis: Text): number {
  const a = new Set(reference.words);
  const b = new Set(hypothesis.words);
  if (a.size === 0 || b.size === 0) return 0;
  const shared = a.intersection(b);
  const onlyA = joinSorted(a.difference(b));
  const onlyB = joinSorted(b.difference(a));
  if (shared.size > 0 && (onlyA.length === 0 || onlyB.length === 0)) return 100;

  // The shared words joined; one space more stands between them and what only one has.
  const sharedLength = lengthOf(shared) + Math.max(0, shared.size - 1);
  const space = shared.size > 0 ? 1 : 0;
  const fullA = sharedLength + space + onlyA.length;
  const fullB = sharedLength + space + onlyB.length;
  const edits = onlyA.length + onlyB.length - 2 * commonSubsequenceLength(onlyA, onlyB);
  const ratio = likeness(edits, fullA + fullB);
  if (shared.size === 0) return ratio;
  return Math.max(
    ratio,
    likeness(space + onlyA.length, sharedLength + fullA),
    likeness(space + onlyB.length, sharedLength + fullB),
  );
}

const likeness = (edits: number, length: number): number => 100 - (100 * edits) / length;

const joinSorted = (words: ReadonlySet<string>): Int32Array =>
  codePointsOf([...words].sort(compareCodePoints).join(" "));

/** In code points. */
function lengthOf(words: ReadonlySet<string>): number {
  let length = 0;
  for (const word of words) length += codePointsOf(word).length;
  return length;
}
