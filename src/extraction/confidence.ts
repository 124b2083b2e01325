import type { FieldName, TokenLogprob } from "../../schemas/index.ts";
import type { FieldConfidence } from "./answer.ts";
import type { Span } from "./find-answer.ts";

/** A generated token's place in the text, in bytes, and its log-probability. */
interface PlacedToken {
  start: number;
  end: number;
  logprob: number;
}

/**
 * The probability of each value: the product of the probabilities of the tokens that hold its content, which for a
 * string is what stands between its quotes and for a null is the word null. Tokens that only hold keys and punctuation
 * are forced by the grammar and say nothing. A token that reaches over a quote or comma counts where it holds any of
 * the content. An empty string was decided by the token of its closing quote.
 *
 * Null for every field where the tokens' bytes do not contain the text: then no token can be told to belong to a
 * value. (vLLM up to early 2026 loses the bytes of characters that several tokens share, see its issue 27300.)
 *
 * @param text what the spans were found in: the content, or the reasoning where the answer was there
 */
export function fieldConfidence(
  text: string,
  spans: Partial<Record<FieldName, Span>>,
  logprobs: readonly TokenLogprob[] | null,
): FieldConfidence {
  const tokens = logprobs === null ? null : placeTokens(text, logprobs);
  const confidence: FieldConfidence = {};
  for (const [field, span] of Object.entries(spans) as [FieldName, Span][]) {
    confidence[field] = tokens === null ? null : probabilityOf(tokens, toBytes(text, span));
  }
  return confidence;
}

/** Positions count from the text's first byte, so that thinking before it and an end token behind it fall outside. */
function placeTokens(text: string, logprobs: readonly TokenLogprob[]): PlacedToken[] | null {
  if (!logprobs.every(isTokenLogprob)) return null;
  const pieces = logprobs.map(({ bytes, token }) => Buffer.from(bytes ?? token));
  // The last occurrence: where thinking drafts the answer word for word, the answer follows it.
  const origin = Buffer.concat(pieces).lastIndexOf(text);
  if (origin === -1) return null;
  let at = -origin;
  return pieces.map((piece, index) => {
    const start = at;
    at += piece.length;
    return { start, end: at, logprob: logprobs[index]?.logprob ?? Number.NaN };
  });
}

/** The wire's word is not enough: one entry of another shape, and no offset behind it can be trusted. */
function isTokenLogprob(entry: Partial<TokenLogprob> | null): boolean {
  return (
    typeof entry?.token === "string" &&
    typeof entry.logprob === "number" &&
    (entry.bytes === null || entry.bytes === undefined || Array.isArray(entry.bytes))
  );
}

function toBytes(text: string, { start, end }: Span): Span {
  const startByte = Buffer.byteLength(text.slice(0, start));
  const length = Buffer.byteLength(text.slice(start, end));
  // An empty string has no content: the byte behind it is its closing quote.
  return { start: startByte, end: startByte + Math.max(1, length) };
}

function probabilityOf(tokens: readonly PlacedToken[], span: Span): number | null {
  const deciding = tokens.filter((token) => isInside(token, span));
  if (deciding.length === 0) return null;
  const sum = deciding.reduce((total, { logprob }) => total + logprob, 0);
  // Rounding can put a certain token slightly above zero. vLLM's floor of -9999 becomes 0 by itself.
  return Number.isNaN(sum) ? null : Math.min(1, Math.exp(sum));
}

/**
 * A token without bytes is the first part of a character whose bytes vLLM gives to the token that completes it: it
 * belongs to the byte that follows.
 */
function isInside(token: PlacedToken, span: Span): boolean {
  if (token.start === token.end) return token.start >= span.start && token.start < span.end;
  return token.start < span.end && token.end > span.start;
}
