import type { TokenLogprob } from "../../../schemas/index.ts";
import type { Answer } from "../answer.ts";
import { toLogprob } from "../tokens/generated.ts";
import type { GeneratedToken } from "../tokens/generated.ts";

/** What every part of one reply repeats. */
export interface ReplyHead {
  id: string;
  created: number;
  model: string;
  systemFingerprint: string;
}

export interface ReplyUsage {
  promptTokens: number;
  completionTokens: number;
}

/** How the text is reported: null leaves log-probabilities out, a number is top_logprobs. */
export interface ReplyOptions {
  top: number | null;
  /** Where the text goes: a reasoning parser that misroutes puts all of it into `reasoning`. */
  field: "content" | "reasoning";
}

/** The body of a non-streamed reply, nulls included, in vLLM's order. */
export function completionBody(
  head: ReplyHead,
  answer: Answer,
  usage: ReplyUsage,
  { top, field }: ReplyOptions,
): object {
  const text = answer.bytes.toString("utf8");
  return {
    id: head.id,
    object: "chat.completion",
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: field === "content" ? text : null,
          refusal: null,
          annotations: null,
          audio: null,
          function_call: null,
          reasoning: field === "reasoning" ? text : null,
        },
        logprobs: logprobsOf(answer.tokens, top),
        finish_reason: answer.finishReason,
        stop_reason: answer.stopReason,
        token_ids: null,
        routed_experts: null,
      },
    ],
    service_tier: null,
    system_fingerprint: head.systemFingerprint,
    usage: usageBody(usage),
    prompt_logprobs: null,
    prompt_token_ids: null,
    prompt_text: null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  };
}

/** A chunk of a stream. `delta` is what is new; the last chunk of a choice carries its finish reason. */
export function chunkBody(
  head: ReplyHead,
  choice: {
    delta: Record<string, string>;
    logprobs: { content: TokenLogprob[] } | null;
    finish_reason: string | null;
    stop_reason?: string | null;
    token_ids?: null;
  } | null,
  usage: ReplyUsage | null,
): object {
  return {
    id: head.id,
    object: "chat.completion.chunk",
    created: head.created,
    model: head.model,
    choices: choice === null ? [] : [{ index: 0, ...choice }],
    ...(choice?.finish_reason ? { system_fingerprint: head.systemFingerprint } : {}),
    ...(usage === null ? {} : { usage: usageBody(usage) }),
  };
}

export function logprobsOf(tokens: readonly GeneratedToken[], top: number | null): { content: TokenLogprob[] } | null {
  return top === null ? null : { content: tokens.map((token) => toLogprob(token, top)) };
}

function usageBody({ promptTokens, completionTokens }: ReplyUsage): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details: null,
    completion_tokens_details: null,
  };
}
