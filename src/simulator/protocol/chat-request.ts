import { Type } from "typebox";
import type { Static, TSchema } from "typebox";
import { badRequest } from "./wire-error.ts";

const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]));
const kind = (...names: ("string" | "integer" | "number" | "boolean" | "object")[]) =>
  Type.Optional(Type.Unsafe<unknown>({ type: [...names, "null"] }));
const flag = Type.Optional(Type.Unsafe<boolean | null>({ type: ["boolean", "null"] }));
const integer = Type.Optional(Type.Unsafe<number | null>({ type: ["integer", "null"] }));
const number = Type.Optional(Type.Unsafe<number | null>({ type: ["number", "null"] }));
const text = Type.Optional(Type.Unsafe<string | null>({ type: ["string", "null"] }));
const anyObject = Type.Optional(Type.Unsafe<Record<string, unknown> | null>({ type: ["object", "null"] }));

const ContentPart = Type.Object({
  type: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  image_url: optional(Type.Union([Type.Object({ url: Type.String() }), Type.String()])),
  uuid: text,
});

const Message = Type.Object({
  role: Type.String(),
  content: Type.Optional(Type.Union([Type.String(), Type.Array(ContentPart), Type.Null()])),
});

/** What the simulator reads of POST /v1/chat/completions; every other member is accepted and ignored. */
export const ChatRequestSchema = Type.Object({
  messages: Type.Array(Message),
  model: text,
  max_tokens: integer,
  max_completion_tokens: integer,
  n: integer,
  temperature: number,
  top_p: number,
  seed: integer,
  stop: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()])),
  stream: flag,
  stream_options: optional(Type.Object({ include_usage: flag, continuous_usage_stats: flag })),
  logprobs: flag,
  top_logprobs: integer,
  response_format: optional(
    Type.Object({
      type: Type.String(),
      json_schema: optional(Type.Object({ name: Type.String(), schema: anyObject })),
    }),
  ),
  structured_outputs: anyObject,
  chat_template_kwargs: anyObject,
  reasoning_effort: text,
  request_id: text,
  cache_salt: kind("string"),
  tools: Type.Optional(Type.Union([Type.Array(Type.Unsafe<unknown>({})), Type.Null()])),
});

export type ChatRequest = Static<typeof ChatRequestSchema>;
export type ChatMessage = Static<typeof Message>;

const maxLogprobs = 20;
const maxStopStrings = 4;

/** vLLM's rules between options, in its words; each breach is a 400. */
export function checkOptions(request: ChatRequest): void {
  const { stream, stream_options, logprobs, top_logprobs, temperature, top_p, n, tools } = request;
  if (stream_options && !stream)
    throw badRequest("Stream options can only be defined when `stream=True`.", "stream_options");
  if (tools && tools.length === 0) throw badRequest("`tools` must not be an empty array.", "tools");
  if (typeof top_logprobs === "number") {
    if (top_logprobs < 0) throw badRequest("`top_logprobs` must be a positive value.", "top_logprobs");
    if (!logprobs) throw badRequest("when using `top_logprobs`, `logprobs` must be set to true.", "top_logprobs");
    if (top_logprobs > maxLogprobs)
      throw badRequest(
        `Requested sample logprobs of ${top_logprobs}, which is greater than max allowed: ${maxLogprobs}`,
        "logprobs",
      );
  }
  if (typeof temperature === "number" && temperature < 0)
    throw badRequest(`temperature must be non-negative, got ${temperature}.`, "temperature");
  if (typeof top_p === "number" && (top_p <= 0 || top_p > 1))
    throw badRequest(`top_p must be in (0, 1], got ${top_p}.`, "top_p");
  if (typeof n === "number" && n < 1) throw badRequest(`n must be at least 1, got ${n}.`, "n");
  // The simulator is always greedy, and greedy sampling has one answer.
  if (typeof n === "number" && n > 1) throw badRequest(`n must be 1 when using greedy sampling, got ${n}.`, "n");
  const maxTokens = requestedTokens(request);
  if (maxTokens !== null && maxTokens < 1)
    throw badRequest(`max_tokens must be at least 1, got ${maxTokens}.`, "max_tokens");
  if (Array.isArray(request.stop) && request.stop.length > maxStopStrings)
    throw badRequest(`stop may hold at most ${maxStopStrings} strings.`, "stop");
}

/** The asked number of output tokens; max_completion_tokens wins over the older max_tokens. Null: up to the context's end. */
export function requestedTokens({ max_tokens, max_completion_tokens }: ChatRequest): number | null {
  return max_completion_tokens ?? max_tokens ?? null;
}
