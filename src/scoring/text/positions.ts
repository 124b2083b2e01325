/** Positions to a word of the bit-parallel algorithms: with one bit to spare, sums of two stay within 32. */
export const wordBits = 31;

/** Where the symbols of a sequence stand, as bit masks. */
export interface Positions {
  /** Words to a mask. */
  readonly words: number;
  readonly masks: Int32Array;
  /** Index into `masks` at which the symbol's mask begins, or -1 where the sequence has it not. */
  offsetOf(symbol: number): number;
}

export function positionsOf(sequence: Int32Array): Positions {
  const words = Math.ceil(sequence.length / wordBits);
  const offsets = new Map<number, number>();
  for (const symbol of sequence) if (!offsets.has(symbol)) offsets.set(symbol, offsets.size * words);
  const masks = new Int32Array(offsets.size * words);
  for (let at = 0; at < sequence.length; at += 1) {
    const index = (offsets.get(sequence[at] as number) as number) + Math.floor(at / wordBits);
    masks[index] = (masks[index] as number) | (1 << (at % wordBits));
  }
  return { words, masks, offsetOf: (symbol) => offsets.get(symbol) ?? -1 };
}
