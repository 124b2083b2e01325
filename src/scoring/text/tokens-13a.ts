import { isSpace } from "./text.ts";

/**
 * The tokens of mteval-v13a, as sacrebleu's tokenizer_13a.py and tokenizer_re.py find them: punctuation is a token of its own,
 * but full stop and comma not between digits, a hyphen only behind a digit, an apostrophe never. The order of the steps counts.
 */
export function tokens13a(text: string): string[] {
  let line = trimEnd(text).replaceAll("<skipped>", "").replaceAll("-\n", "");
  if (line.includes("&")) {
    line = line.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  }
  // The original pads with spaces and works on the whole line; no step looks past a space, so part by part is the same.
  return splitAtMarks(line).flatMap((part) => (/[.,].|.[.,]|[0-9]-/.test(part) ? splitPart(part) : part));
}

/** Python's `str.rstrip()`. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** ASCII punctuation without the apostrophe, the comma, the hyphen and the full stop. */
const isMark = (unit: number): boolean =>
  (unit >= 0x21 && unit <= 0x26) ||
  (unit >= 0x28 && unit <= 0x2b) ||
  unit === 0x2f ||
  (unit >= 0x3a && unit <= 0x40) ||
  (unit >= 0x5b && unit <= 0x60) ||
  (unit >= 0x7b && unit <= 0x7e);

/** Splits at spaces and around every mark. */
function splitAtMarks(line: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= line.length; at += 1) {
    const unit = at < line.length ? line.charCodeAt(at) : 0x20;
    const isPunctuation = isMark(unit);
    if (!isPunctuation && !isSpace(unit)) continue;
    if (at > start) parts.push(line.slice(start, at));
    if (isPunctuation) parts.push(line.slice(at, at + 1));
    start = at + 1;
  }
  return parts;
}

/** Full stops, commas and hyphens, by the expressions of tokenizer_re.py. What one match has taken, the next cannot. */
function splitPart(part: string): string[] {
  return ` ${part} `
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ")
    .split(" ")
    .filter((token) => token !== "");
}
