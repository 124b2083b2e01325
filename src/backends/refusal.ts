import { isRecord, parseJson } from "./json.ts";

/** Why a backend refused a request, as far as its words are known to us. */
export type RefusalReason =
  | "context_length"
  | "grammar_unsupported"
  | "image_unreadable"
  | "too_many_images"
  | "model_unknown"
  | "other";

/** Phrases of vLLM's messages (0.12 to 0.29), the most specific first. */
const phrases: readonly (readonly [RegExp, RefusalReason])[] = [
  [/at most \d+ (image|item)|limit-mm-per-prompt/i, "too_many_images"],
  [/maximum context length|max_model_len|longer than the maximum/i, "context_length"],
  [/failed to load image|cannot identify image|decompression bomb|base64/i, "image_unreadable"],
  [/grammar|json schema|structured_outputs|response_format|guided/i, "grammar_unsupported"],
  [/model .{0,250} does not exist/i, "model_unknown"],
];

/** A message echoes the request; what names the mistake stands at its beginning. */
const readableCharacters = 2000;

/**
 * Reads an error body, whose `error` is an object, a string, or absent (older servers and proxies). Nothing of its text
 * is kept: only which known phrase it holds, and the error's type where that is a plain word.
 */
export function readRefusal(status: number, body: Buffer): { refusal: RefusalReason; errorType?: string } {
  const { message, type } = readError(body);
  const text = message.slice(0, readableCharacters);
  const known = phrases.find(([phrase]) => phrase.test(text))?.[1] ?? "other";
  // Only a 404 can mean that the model is gone; elsewhere the phrase is part of an echoed request.
  const refusal = known === "model_unknown" && status !== 404 ? "other" : known;
  return /^[A-Za-z]{1,40}$/.test(type) ? { refusal, errorType: type } : { refusal };
}

function readError(body: Buffer): { message: string; type: string } {
  const parsed = parseJson(body);
  if (!isRecord(parsed)) return { message: "", type: "" };
  const error = isRecord(parsed["error"]) ? parsed["error"] : parsed;
  const message = error["message"] ?? error["error"] ?? error["detail"];
  const type = error["type"];
  return {
    message: typeof message === "string" ? message : "",
    type: typeof type === "string" ? type : "",
  };
}
