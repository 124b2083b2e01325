import { positionsOf, wordBits } from "./positions.ts";

const allOnes = 0x7fffffff;

/**
 * Length of the longest common subsequence, in a·b/31 steps: H. Hyyrö, "Bit-parallel LCS-length computation revisited"
 * (2004). Every position of `a` starts as a one; each that takes part becomes a zero.
 */
export function commonSubsequenceLength(a: Int32Array, b: Int32Array): number {
  const { words, masks, offsetOf } = positionsOf(a);
  const state = new Int32Array(words).fill(allOnes);
  for (const symbol of b) {
    const offset = offsetOf(symbol);
    if (offset < 0) continue;
    let carry = 0;
    for (let word = 0; word < words; word += 1) {
      const ones = state[word] as number;
      const mask = masks[offset + word] as number;
      const sum = (ones + (ones & mask) + carry) | 0;
      carry = sum >>> wordBits;
      state[word] = (sum & allOnes) | (ones & ~mask);
    }
  }
  let length = 0;
  for (const ones of state) length += wordBits - bitCount(ones);
  return length;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
