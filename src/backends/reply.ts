import type { TokenLogprob, TopLogprob } from "../../schemas/index.ts";
import { isRecord, parseJson } from "./json.ts";

/** What a backend answered to a chat call. */
export interface ChatReply {
  content: string | null;
  /** What a reasoning parser split off. */
  reasoning: string | null;
  /** `stop`, `length`, or what else the backend says. */
  finishReason: string;
  /** One entry for each generated token; null where the backend sent none, or none that can be trusted. */
  logprobs: TokenLogprob[] | null;
  usage: { promptTokens: number; completionTokens: number } | null;
  /** The served model as the backend names it. */
  model: string | null;
}

/** More tokens than any answer that we ask for; the gateway's largest max_completion_tokens is far below. */
const maxTokens = 8192;
/** vLLM's own ceiling for top_logprobs, and the chosen token that it may add. */
const maxAlternatives = 21;
/** A certain token may come out of float arithmetic a hair above 0. */
const roundingError = 1e-3;

/** Whether a body has the outline of a chat answer; its message may still be anything. */
export function isChatAnswer(body: Buffer): boolean {
  const reply = parseJson(body);
  return isRecord(reply) && Array.isArray(reply["choices"]) && reply["choices"].length > 0;
}

/** What a server calls its own configuration. */
export function readSystemFingerprint(body: Buffer): string | null {
  const reply = parseJson(body);
  const fingerprint = isRecord(reply) ? reply["system_fingerprint"] : null;
  return typeof fingerprint === "string" ? fingerprint.slice(0, 200) : null;
}

/** Reads the body of a 200 answer, trusting none of it. Null: this is no chat answer. */
export function readReply(body: Buffer): ChatReply | null {
  const reply = parseJson(body);
  if (!isRecord(reply) || !Array.isArray(reply["choices"])) return null;
  const choice: unknown = reply["choices"][0];
  if (!isRecord(choice) || !isRecord(choice["message"])) return null;
  const { message } = choice;
  const content = message["content"] ?? null;
  const finishReason = choice["finish_reason"];
  if ((content !== null && typeof content !== "string") || typeof finishReason !== "string") return null;
  return {
    content,
    // reasoning_content is the name before vLLM 0.16.
    reasoning: textOrNull(message["reasoning"]) ?? textOrNull(message["reasoning_content"]),
    finishReason,
    logprobs: isRecord(choice["logprobs"]) ? readTokens(choice["logprobs"]["content"]) : null,
    usage: readUsage(reply["usage"]),
    model: textOrNull(reply["model"]),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function readUsage(usage: unknown): ChatReply["usage"] {
  if (!isRecord(usage)) return null;
  const promptTokens = usage["prompt_tokens"];
  const completionTokens = usage["completion_tokens"];
  return isCount(promptTokens) && isCount(completionTokens) ? { promptTokens, completionTokens } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** All tokens or none: probabilities with a gap would be read as those of other characters. */
function readTokens(tokens: unknown): TokenLogprob[] | null {
  if (!Array.isArray(tokens) || tokens.length > maxTokens) return null;
  const read: TokenLogprob[] = [];
  for (const token of tokens as unknown[]) {
    const chosen = readToken(token);
    if (chosen === null || !isRecord(token)) return null;
    const alternatives = token["top_logprobs"] ?? [];
    if (!Array.isArray(alternatives) || alternatives.length > maxAlternatives) return null;
    const top = alternatives.map(readToken);
    if (!top.every((alternative) => alternative !== null)) return null;
    read.push({ ...chosen, top_logprobs: top });
  }
  return read;
}

function readToken(value: unknown): TopLogprob | null {
  if (!isRecord(value)) return null;
  const { token, logprob, bytes } = value;
  if (typeof token !== "string" || typeof logprob !== "number" || logprob > roundingError) return null;
  const probability = { token, logprob: Math.min(logprob, 0) };
  if (bytes === null || bytes === undefined) return { ...probability, bytes: null };
  return isBytes(bytes) ? { ...probability, bytes } : null;
}

function isBytes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
}
