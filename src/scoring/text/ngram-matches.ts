/** How many n-grams of one order each side has, and how many of the hypothesis' the reference has too, each counted once. */
export interface NgramCounts {
  reference: number;
  hypothesis: number;
  matches: number;
}

/**
 * Counts for the orders 1 to `maxOrder`, of sequences of numbers (code points, numbered words). Takes linear time: an n-gram is
 * known by the n-gram one shorter that it begins with and its last symbol, in one small open-addressed table an order. Maps of
 * strings would take ten times as long.
 */
export function countNgrams(reference: Int32Array, hypothesis: Int32Array, maxOrder: number): NgramCounts[] {
  const table = createTable(reference.length);
  // The entry of the n-gram that begins at each place, in the order before.
  const ours = new Int32Array(reference.length);
  const theirs = new Int32Array(hypothesis.length);
  return Array.from({ length: maxOrder }, (_, longer) => {
    table.fill(0);
    enter(table, ours, reference.subarray(longer));
    return {
      reference: Math.max(0, reference.length - longer),
      hypothesis: Math.max(0, hypothesis.length - longer),
      matches: take(table, theirs, hypothesis.subarray(longer)),
    };
  });
}

/** An entry holds the n-gram without its last symbol plus one (0: free), that symbol, and how often it is left to match. */
const entrySize = 4;
const [stemOf, symbolOf, leftOf] = [0, 1, 2];

/** What no n-gram of the reference begins with. */
const unknown = -1;

/** At most half full. */
const createTable = (maxEntries: number): Int32Array =>
  new Int32Array(entrySize << Math.ceil(Math.log2(2 * maxEntries + 1)));

/** Counts the reference's n-grams in; `entries` become those of this order. */
function enter(table: Int32Array, entries: Int32Array, symbols: Int32Array): void {
  for (let at = 0; at < symbols.length; at += 1) {
    const stem = entries[at] as number;
    const symbol = symbols[at] as number;
    const entry = findEntry(table, stem, symbol);
    table[entry + stemOf] = stem + 1;
    table[entry + symbolOf] = symbol;
    table[entry + leftOf] = (table[entry + leftOf] as number) + 1;
    entries[at] = entry;
  }
}

/** Matches the hypothesis' n-grams, each of the reference's once; `entries` become those of this order. */
function take(table: Int32Array, entries: Int32Array, symbols: Int32Array): number {
  let matches = 0;
  for (let at = 0; at < symbols.length; at += 1) {
    const stem = entries[at] as number;
    // What the reference lacks, it lacks in every longer n-gram.
    if (stem === unknown) continue;
    const entry = findEntry(table, stem, symbols[at] as number);
    const left = table[entry + leftOf] as number;
    entries[at] = table[entry + stemOf] === 0 ? unknown : entry;
    if (left === 0) continue;
    table[entry + leftOf] = left - 1;
    matches += 1;
  }
  return matches;
}

/** Where the n-gram's entry begins, or the free one where it would. */
function findEntry(table: Int32Array, stem: number, symbol: number): number {
  const hash = Math.imul(stem, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b);
  let entry = ((hash ^ (hash >>> 15)) * entrySize) & (table.length - 1);
  for (;;) {
    const found = table[entry + stemOf];
    if (found === 0 || (found === stem + 1 && table[entry + symbolOf] === symbol)) return entry;
    entry = (entry + entrySize) & (table.length - 1);
  }
}
