import type { TokenLogprob, TopLogprob } from "../../../schemas/index.ts";
import type { Segment } from "../guided/answer-node.ts";
import { encode, specialToken, tokenBytes, tokenText } from "./tokenizer.ts";

/** One token as the model generated it, with the other tokens it considered at that place. */
export interface GeneratedToken {
  id: number;
  logprob: number;
  alternatives: { id: number; logprob: number }[];
}

/** What vLLM reports for tokens that the grammar masks out, instead of minus infinity. */
const maskedLogprob = -9999;
/** A token that the grammar forces is not exactly certain in floating point. */
const forcedLogprob = -1.1920928e-6;
/** The first token of a value decides it; the others mostly follow. */
const firstTokenShare = 0.9;

const fillerIds = " the, a, and, in, of,-, on, it, is,s, to, with,ed, no, or,ing,er,1,0,.,un,re,in,al"
  .split(",")
  .map((text) => encode(text)[0]!);

/** Turns an answer's segments into tokens; the product over a segment's tokens is the segment's probability. */
export function generateTokens(segments: readonly Segment[]): GeneratedToken[] {
  return segments.flatMap((segment) => {
    const ids = encode(segment.text);
    if (segment.probability === 1) return ids.map((id) => ({ id, logprob: forcedLogprob, alternatives: [] }));
    const logprobs = shareOut(Math.log(segment.probability), ids.length);
    const tokens = ids.map((id, i): GeneratedToken => ({ id, logprob: logprobs[i]!, alternatives: [] }));
    for (const guess of segment.alternatives) placeAlternative(tokens, guess, segment.probability);
    return tokens;
  });
}

/** The end-of-turn token, which vLLM counts and reports like any other. */
export function endOfTurn(): GeneratedToken {
  return { id: specialToken("<|im_end|>"), logprob: forcedLogprob, alternatives: [] };
}

/** The wire form of a token's log-probability, with its `top` likeliest tokens (the chosen one among them). */
export function toLogprob(token: GeneratedToken, top: number): TokenLogprob {
  return { ...entry(token.id, token.logprob), top_logprobs: topLogprobs(token, top) };
}

function topLogprobs(token: GeneratedToken, top: number): TopLogprob[] {
  if (top === 0) return [];
  const entries = [token, ...token.alternatives].sort((a, b) => b.logprob - a.logprob);
  const isForced = token.logprob === forcedLogprob;
  let rest = 1 - entries.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
  for (const id of fillerIds) {
    if (entries.length >= top) break;
    if (entries.some((known) => known.id === id)) continue;
    rest = Math.max(1e-9, Math.min(rest, Math.exp(entries.at(-1)!.logprob)) * 0.4);
    entries.push({ id, logprob: isForced ? maskedLogprob : Math.log(rest) });
  }
  const kept = entries.slice(0, top);
  // vLLM adds the chosen token where it is not among the likeliest.
  if (!kept.some(({ id }) => id === token.id)) kept.push(token);
  return kept.map(({ id, logprob }) => entry(id, logprob));
}

function entry(id: number, logprob: number): TopLogprob {
  return { token: tokenText(id), logprob, bytes: [...tokenBytes(id)] };
}

function shareOut(total: number, count: number): number[] {
  if (count <= 1) return [total];
  const following = (total * (1 - firstTokenShare)) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === 0 ? total * firstTokenShare : following));
}

/** Puts a guess where its tokens part from the chosen ones, with what probability the chosen token leaves there. */
function placeAlternative(
  tokens: readonly GeneratedToken[],
  guess: { text: string; probability: number },
  chosenProbability: number,
): void {
  const ids = encode(guess.text);
  const at = tokens.findIndex((token, i) => token.id !== ids[i]);
  const token = tokens[at];
  const id = ids[at];
  if (token === undefined || id === undefined || guess.probability <= 0) return;
  const left = 1 - Math.exp(token.logprob);
  const known = token.alternatives.find((other) => other.id === id);
  const logprob = Math.log((guess.probability / (1 - chosenProbability)) * left);
  if (known === undefined) token.alternatives.push({ id, logprob });
  else known.logprob = Math.log(Math.exp(known.logprob) + Math.exp(logprob));
}
