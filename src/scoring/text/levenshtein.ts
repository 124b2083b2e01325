import { positionsOf, wordBits } from "./positions.ts";
import type { Text } from "./text.ts";

/**
 * 1 − distance/longer, unit costs, in code points; 1 for two empty texts. As `Levenshtein.normalized_similarity` of rapidfuzz
 * 3.14 (not its `fuzz.ratio`, which counts a replacement twice).
 */
export function levenshteinSimilarity(reference: Text, hypothesis: Text): number {
  const longer = Math.max(reference.codePoints.length, hypothesis.codePoints.length);
  return longer === 0 ? 1 : 1 - editDistance(reference.codePoints, hypothesis.codePoints) / longer;
}

/** Unit-cost edit distance, in a·b/31 steps at most. */
function editDistance(a: Int32Array, b: Int32Array): number {
  // What both begin or end with costs nothing and is most of two records.
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  return endA === start ? endB - start : distanceBetween(a.subarray(start, endA), b.subarray(start, endB));
}

/**
 * H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003), on E. Myers (1999), in blocks.
 * `rises` and `falls` are the columns of the table as differences of +1 and −1 from one row to the next. `pattern` is not empty.
 */
function distanceBetween(pattern: Int32Array, text: Int32Array): number {
  const { words, masks, offsetOf } = positionsOf(pattern);
  const rises = new Int32Array(words).fill(-1);
  const falls = new Int32Array(words);
  const topBit = 1 << (wordBits - 1);
  const lastBit = 1 << ((pattern.length - 1) % wordBits);
  let distance = pattern.length;
  for (const symbol of text) {
    const offset = offsetOf(symbol);
    // Row 0 rises by one from each column to the next.
    let carriedRise = 1;
    let carriedFall = 0;
    for (let word = 0; word < words; word += 1) {
      const rise = rises[word] as number;
      const fall = falls[word] as number;
      const equal = (offset < 0 ? 0 : (masks[offset + word] as number)) | carriedFall;
      const diagonal = ((((equal & rise) + rise) | 0) ^ rise) | equal | fall;
      const horizontalRise = fall | ~(diagonal | rise);
      const horizontalFall = diagonal & rise;
      const edge = word === words - 1 ? lastBit : topBit;
      const shiftedRise = (horizontalRise << 1) | carriedRise;
      const shiftedFall = (horizontalFall << 1) | carriedFall;
      rises[word] = shiftedFall | ~(diagonal | shiftedRise);
      falls[word] = shiftedRise & diagonal;
      carriedRise = (horizontalRise & edge) === 0 ? 0 : 1;
      carriedFall = (horizontalFall & edge) === 0 ? 0 : 1;
    }
    distance += carriedRise - carriedFall;
  }
  return distance;
}
