/**
 * The simulator's tokenizer: no model's vocabulary, but the traits that matter to a client. Words fall into pieces of at
 * most six bytes, digits stand alone, and characters of three or more UTF-8 bytes spread over two tokens, as with
 * byte-level BPE. It needs no vocabulary: an id *is* its bytes (big-endian behind a leading 1), so ids and bytes
 * convert both ways and the tokens of a text concatenate to exactly its bytes.
 */
const pieces = / ?[A-Za-z]{1,5}|[0-9]| ?[!-/:-@[-`{-~]{1,3}|\s{1,4}|[^]/gu;

/** Ids below 256 cannot be pieces; the template's special tokens live there. */
const specialTexts = [
  "<|endoftext|>",
  "<|im_start|>",
  "<|im_end|>",
  "<|vision_start|>",
  "<|vision_end|>",
  "<|image_pad|>",
  "<think>",
  "</think>",
] as const;

type SpecialText = (typeof specialTexts)[number];

/** The id of a special token. */
export function specialToken(text: SpecialText): number {
  return specialTexts.indexOf(text);
}

/** The ids of a text, in order. Special tokens inside the text are plain text to it. */
export function encode(text: string): number[] {
  const ids: number[] = [];
  for (const piece of text.match(pieces) ?? []) {
    if (piece.charCodeAt(0) < 128 && isAscii(piece)) {
      ids.push(asciiId(piece));
    } else {
      const bytes = Buffer.from(piece);
      for (const part of splitBytes(bytes)) ids.push(bytesId(part));
    }
  }
  return ids;
}

/** The bytes of one token. An id that no text can give has none. */
export function tokenBytes(id: number): Buffer {
  const special = specialTexts[id];
  if (special !== undefined) return Buffer.from(special);
  const bytes: number[] = [];
  for (let rest = id; rest > 1; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from(bytes);
}

/** One token as text; part of a character reads as U+FFFD, as any decoder shows it. */
export function tokenText(id: number): string {
  return tokenBytes(id).toString("utf8");
}

/** The text of a token sequence. */
export function decode(ids: readonly number[]): string {
  return Buffer.concat(ids.map(tokenBytes)).toString("utf8");
}

function isAscii(piece: string): boolean {
  for (let i = 1; i < piece.length; i++) if (piece.charCodeAt(i) >= 128) return false;
  return true;
}

function asciiId(piece: string): number {
  let id = 1;
  for (let i = 0; i < piece.length; i++) id = id * 256 + piece.charCodeAt(i);
  return id;
}

function bytesId(bytes: Uint8Array): number {
  let id = 1;
  for (const byte of bytes) id = id * 256 + byte;
  return id;
}

/** At most two bytes of a long character a token; whitespace runs of wide spaces fall apart the same way. */
function* splitBytes(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 2) yield bytes.subarray(at, at + 2);
}
