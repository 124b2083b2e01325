/**
 * Remembers what a pure function gave for a text. Two generations bound it without any bookkeeping on a hit: when the
 * young one is full it becomes the old one, and what is asked for again moves over. At most `2 × entries` are kept.
 */
export function createBoundedMemo<T>(
  compute: (text: string) => T,
  entries: number,
  longestKept: number,
): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined || young.has(text)) return known as T;
    const value = old.has(text) ? (old.get(text) as T) : compute(text);
    if (text.length > longestKept) return value;
    if (young.size >= entries) {
      old = young;
      young = new Map();
    }
    young.set(text, value);
    return value;
  };
}
