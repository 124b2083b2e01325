/** Longest text that is scored, in UTF-16 code units (`length`); the caller cuts what is longer. Bounds every metric's cost. */
export const maxTextLength = 4000;

/** A text made ready for all metrics. Make it once with `readText`. */
export interface Text {
  readonly raw: string;
  /** Unicode code points: what Python, and so every reference implementation, calls characters. */
  readonly codePoints: Int32Array;
  /** What Python's `str.split()` gives. */
  readonly words: readonly string[];
}

/** Throws RangeError for more than `maxTextLength`. */
export function readText(raw: string): Text {
  if (raw.length > maxTextLength) throw new RangeError(`a text of ${raw.length} is longer than ${maxTextLength}`);
  return { raw, codePoints: codePointsOf(raw), words: splitWords(raw) };
}

/** A lone surrogate is a code point of its own. */
export function codePointsOf(text: string): Int32Array {
  const points = new Int32Array(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const point = text.codePointAt(at) as number;
    if (point > 0xffff) at += 1;
    points[count] = point;
    count += 1;
  }
  return points.subarray(0, count);
}

/** Python's `str.isspace()` of one character. Not JavaScript's: U+001C to U+001F and U+0085 are, U+FEFF is not. */
export function isSpace(point: number): boolean {
  if (point < 0x80) return point === 0x20 || (point >= 0x09 && point <= 0x0d) || (point >= 0x1c && point <= 0x1f);
  return (
    point === 0x85 ||
    point === 0xa0 ||
    point === 0x1680 ||
    (point >= 0x2000 && point <= 0x200a) ||
    point === 0x2028 ||
    point === 0x2029 ||
    point === 0x202f ||
    point === 0x205f ||
    point === 0x3000
  );
}

/** Python's `str.split()`: at runs of whitespace, without empty words. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at += 1) {
    if (at === text.length || isSpace(text.charCodeAt(at))) {
      if (start >= 0) words.push(text.slice(start, at));
      start = -1;
    } else if (start < 0) {
      start = at;
    }
  }
  return words;
}

/** Order by code points, as Python sorts; by UTF-16 units, emoji would come before U+E000 to U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    // Where two surrogate pairs differ only in their second half, that half decides as well.
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return (a.codePointAt(at) as number) - (b.codePointAt(at) as number);
  }
  return a.length - b.length;
}

/** Numbers for words, the same for equal ones on both sides. */
export function numberWords(ours: readonly string[], theirs: readonly string[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>();
  const numbered = (words: readonly string[]): Int32Array => {
    const result = new Int32Array(words.length);
    for (const [at, word] of words.entries()) {
      const known = numbers.get(word);
      result[at] = known ?? numbers.size;
      if (known === undefined) numbers.set(word, numbers.size);
    }
    return result;
  };
  return [numbered(ours), numbered(theirs)];
}
