/**
 * A string that a regular expression matches, or undefined where the expression uses something that xgrammar cannot
 * (look-around, back-references) or where no tried repetition gives a length in `[minLength, maxLength]` code points.
 */
export function samplePattern(pattern: string, minLength = 0, maxLength = Infinity): string | undefined {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
  for (const extra of [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 80]) {
    const sample = sampleOnce(pattern, extra);
    if (sample === undefined) return undefined;
    const length = Array.from(sample).length;
    if (length >= minLength && length <= maxLength && expression.test(sample)) return sample;
  }
  return undefined;
}

/** Thrown inside the reader where the expression is beyond it. */
class BeyondReader extends Error {}

/** Open quantifiers repeat `extra` times more than they must. */
function sampleOnce(pattern: string, extra: number): string | undefined {
  const reader = new PatternReader(pattern, extra);
  try {
    const sample = reader.alternation();
    return reader.atEnd ? sample : undefined;
  } catch (error) {
    if (error instanceof BeyondReader) return undefined;
    throw error;
  }
}

class PatternReader {
  readonly #chars: string[];
  readonly #extra: number;
  #at = 0;

  constructor(pattern: string, extra: number) {
    this.#chars = Array.from(pattern);
    this.#extra = extra;
  }

  get atEnd(): boolean {
    return this.#at >= this.#chars.length;
  }

  /** The first branch is the sample; the others are read to find their end. */
  alternation(): string {
    const first = this.#sequence();
    while (this.#take("|")) this.#sequence();
    return first;
  }

  #sequence(): string {
    let text = "";
    while (!this.atEnd && this.#peek() !== "|" && this.#peek() !== ")") {
      const atom = this.#atom();
      text += atom.repeat(this.#repetitions());
    }
    return text;
  }

  #atom(): string {
    const char = this.#next();
    if (char === "^" || char === "$") return "";
    if (char === ".") return "a";
    if (char === "[") return this.#charClass();
    if (char === "\\") return this.#escape();
    if (char !== "(") return char;
    if (this.#take("?") && !this.#take(":")) throw new BeyondReader();
    const inner = this.alternation();
    if (!this.#take(")")) throw new BeyondReader();
    return inner;
  }

  #escape(): string {
    const char = this.#next();
    if (char === "d") return "1";
    if (char === "w") return "a";
    if (char === "s") return " ";
    if (char === "n") return "\n";
    if (char === "t") return "\t";
    if (char === "r") return "\r";
    if (/[A-Za-z0-9]/.test(char)) throw new BeyondReader();
    return char;
  }

  #charClass(): string {
    const start = this.#at - 1;
    while (this.#peek() !== "]") if (this.#next() === "\\") this.#next();
    this.#at += 1;
    const expression = new RegExp(this.#chars.slice(start, this.#at).join(""), "u");
    for (let code = 0; code < 95; code++) {
      // Letters first: they read best.
      const char = String.fromCharCode(((code + 65) % 95) + 32);
      if (expression.test(char)) return char;
    }
    throw new BeyondReader();
  }

  #repetitions(): number {
    let min = 1;
    let max = 1;
    if (this.#take("*")) [min, max] = [0, Infinity];
    else if (this.#take("+")) max = Infinity;
    else if (this.#take("?")) min = 0;
    else if (this.#take("{")) {
      min = this.#number();
      max = min;
      if (this.#take(",")) max = this.#peek() === "}" ? Infinity : this.#number();
      if (!this.#take("}")) throw new BeyondReader();
    } else return 1;
    this.#take("?");
    return Math.min(max, min + this.#extra);
  }

  #number(): number {
    let digits = "";
    while (/\d/.test(this.#peek())) digits += this.#next();
    return Number(digits);
  }

  #peek(): string {
    return this.#chars[this.#at] ?? "";
  }

  #next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw new BeyondReader();
    this.#at += 1;
    return char;
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }
}
