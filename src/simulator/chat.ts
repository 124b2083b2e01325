import { randomUUID } from "node:crypto";
import { sha256, sleep } from "../kernel/index.ts";
import { composeAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Timings } from "./engine/sequence.ts";
import { checkOptions, requestedTokens } from "./protocol/chat-request.ts";
import type { ChatRequest } from "./protocol/chat-request.ts";
import type { ReplyHead, ReplyOptions } from "./protocol/chat-response.ts";
import { readConstraint } from "./protocol/constraint.ts";
import type { Constraint } from "./protocol/constraint.ts";
import { renderPrompt } from "./protocol/render.ts";
import type { RenderedPrompt } from "./protocol/render.ts";
import { badRequest, unknownModel, wireError } from "./protocol/wire-error.ts";
import type { Server } from "./server.ts";

/** A chat call whose answer is decided and waits for the engine. */
export interface PreparedChat {
  head: ReplyHead;
  answer: Answer;
  reply: ReplyOptions;
  promptTokens: number;
  /** What usage.prompt_tokens says. */
  reportedPromptTokens: number;
  /** Spends the engine's time; `onTokens` hears how many tokens there are. */
  generate(onTokens?: (generated: number) => void): Promise<Timings>;
}

/** From a valid request to a decided answer: rules, images and template, limits, grammar, what the eyes see. */
export async function prepareChat(
  server: Server,
  request: ChatRequest,
  requestId: string | undefined,
  signal: AbortSignal,
): Promise<PreparedChat> {
  const { clock, dice, latency, engine } = server;
  const arrivedAt = clock.now();
  if (request.model && request.model !== server.servedName()) throw unknownModel(request.model);
  checkOptions(request);
  if (engine.waiting >= server.maxQueuedRequests)
    throw wireError(503, "ServiceUnavailableError", "The request queue is full. Please retry later.");
  const asked = readConstraint(request);
  const enableThinking = isThinkingEnabled(request);
  const prompt = await renderPrompt(request.messages, {
    family: server.family,
    media: server.media,
    maxImages: server.maxImages,
    enableThinking,
    ...(typeof request.cache_salt === "string" ? { cacheSalt: request.cache_salt } : {}),
  });
  await server.frontStage.pass(arrivedAt, frontCost(server, prompt), signal);
  const maxTokens = outputLimit(request, prompt, server.maxModelLen);

  const constraint = dice.roll("guidance-lost") === undefined ? asked : null;
  await compileGrammar(server, constraint, signal);
  const answer = composeAnswer({
    constraint,
    sighting: prompt.images.length === 0 ? null : server.combine(prompt.images.map(({ sighting }) => sighting)),
    isThinking: enableThinking && server.family.id === "qwen3.5",
    layout: server.layout,
    maxTokens,
    stops: [request.stop ?? []].flat(),
    seed: server.seed ^ Number.parseInt(sha256(JSON.stringify(prompt.blockKeys)).slice(0, 8), 16),
    dice,
  });
  const promptTokens = prompt.ids.length;
  const withLogprobs = request.logprobs === true && dice.roll("logprobs-null") === undefined;
  return {
    head: {
      id: `chatcmpl-${requestId ?? request.request_id ?? randomUUID().replaceAll("-", "")}`,
      created: Math.floor(clock.wall() / 1000),
      model: server.servedName(),
      systemFingerprint: systemFingerprint(server),
    },
    answer,
    reply: {
      top: withLogprobs ? (request.top_logprobs ?? 0) : null,
      field: dice.roll("json-in-reasoning") === undefined ? "content" : "reasoning",
    },
    promptTokens,
    reportedPromptTokens: promptTokens + (dice.roll("wrong-usage")?.["off"] ?? 0),
    async generate(onTokens) {
      const work = {
        promptTokens,
        blockKeys: prompt.blockKeys,
        // Four patches merge into one token in every family that is simulated; the factor only shapes the latency.
        patches: 4 * prompt.images.reduce((sum, { visionTokens }) => sum + visionTokens, 0),
        outputTokens: answer.tokens.length,
      };
      const timings = await engine.run(onTokens === undefined ? work : { ...work, onTokens }, signal);
      server.counts.promptTokens += promptTokens;
      server.counts.generatedTokens += answer.tokens.length;
      server.metrics.finished(
        answer.finishReason,
        { prompt: promptTokens, generated: answer.tokens.length, max: maxTokens },
        { ...timings, arrivedAt },
      );
      return timings;
    },
  };

  function frontCost({ latency }: Server, { images }: RenderedPrompt): number {
    const extra = dice.roll("slow-render")?.["delay_ms"] ?? 0;
    return images.reduce(
      (sum, { megapixels }) => sum + latency.frontBaseMs + latency.frontPerMegapixelMs * megapixels,
      extra,
    );
  }

  async function compileGrammar({ grammars }: Server, constraint: Constraint, signal: AbortSignal): Promise<void> {
    if (constraint === null) return;
    const key = JSON.stringify(constraint);
    if (grammars.has(key)) return;
    if (latency.grammarMs > 0) await sleep(clock, latency.grammarMs, signal);
    grammars.set(key, true);
  }
}

/** `chat_template_kwargs` decides; without it `reasoning_effort` does; without both Qwen's template thinks. */
function isThinkingEnabled({ chat_template_kwargs, reasoning_effort }: ChatRequest): boolean {
  const asked = chat_template_kwargs?.["enable_thinking"];
  return typeof asked === "boolean" ? asked : reasoning_effort !== "none";
}

/** Checks the context length twice, as vLLM does: before images are expanded with the asked output, after without. */
function outputLimit(request: ChatRequest, { ids, textTokens }: RenderedPrompt, maxModelLen: number): number {
  const asked = requestedTokens(request);
  if (textTokens + (asked ?? 1) > maxModelLen)
    throw badRequest(
      `This model's maximum context length is ${maxModelLen} tokens. However, you requested ${asked ?? 1} output tokens and your prompt contains at least ${textTokens} input tokens, for a total of at least ${textTokens + (asked ?? 1)} tokens. Please reduce the length of the input prompt or the number of requested output tokens.`,
      "input_tokens",
    );
  if (ids.length >= maxModelLen)
    throw badRequest(
      `The decoder prompt (length ${ids.length}) is longer than the maximum model length of ${maxModelLen}. Make sure that \`max_model_len\` is no smaller than the number of text tokens plus multimodal tokens. For image inputs, the number of image tokens depends on the number of images (and possibly their aspect ratios as well).`,
    );
  return Math.min(asked ?? Infinity, maxModelLen - ids.length);
}

/** Begins with `sim-` where vLLM's begins with `vllm-`: an answer tells that no model is behind it. */
function systemFingerprint(server: Server): string {
  return `sim-${server.version()}-${sha256(`${server.servedName()} ${server.seed}`).slice(0, 8)}`;
}
