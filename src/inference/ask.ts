import { BackendFailure } from "../backends/index.ts";
import type { AnswerOutcome, Backend, ChatReply } from "../backends/index.ts";
import { readAnswer } from "../extraction/index.ts";
import type { Answer, Question, Reply } from "../extraction/index.ts";
import type { PreparedImage } from "../image/index.ts";
import type { Deadline } from "../kernel/index.ts";
import type { Instruments } from "../telemetry/index.ts";
import { answerInvalid, backendFailed, noBackend, overloaded } from "./errors.ts";
import type { Prepare } from "./prepare.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** What one request has used so far, over all its calls. */
export interface Spent {
  attempts: number;
  promptTokens: number;
  completionTokens: number;
}

export interface AskContext {
  /** Usable backends, best first; asked again before each attempt, because the fleet moves. */
  rank: () => readonly Backend[];
  prepare: Prepare;
  deadline: Deadline;
  stopwatch: Stopwatch;
  instruments: Instruments;
  spent: Spent;
  attemptTimeoutMs: number;
  maxAttempts: number;
}

/** How a reply becomes an answer: read by itself, or laid over what an earlier one left good. */
export type Read = (reply: Reply) => Answer;

export interface Asked {
  backend: Backend;
  images: readonly PreparedImage[];
  answer: Answer;
}

/** vLLM wants a name and does not use it. */
const schemaName = "garment_attributes";

/** A backend gets a request at most twice: the second time only when no other is left. */
const maxAttemptsPerBackend = 2;

/** How long a caller is told to wait when no backend is usable: about a probe interval. */
const noBackendRetryAfterSeconds = 2;

/**
 * Asks one question until a backend answers it in JSON at all: another backend after each failure, the same one when it
 * is alone, all within one deadline.
 * @throws GatewayError backend_failed, overloaded, no_backend, answer_invalid, or the deadline's reason
 */
export async function ask(
  question: Question,
  context: AskContext,
  { read = readAnswer, prefer }: { read?: Read; prefer?: Backend } = {},
): Promise<Asked> {
  const tries = new Map<Backend, number>();
  let last: Error | null = null;
  for (let attempt = 0; attempt < context.maxAttempts; attempt += 1) {
    context.deadline.signal.throwIfAborted();
    const backend = pick(context.rank(), tries, prefer);
    if (backend === undefined) break;
    tries.set(backend, (tries.get(backend) ?? 0) + 1);
    if (last !== null) context.instruments.retries.labels({ reason: reasonOf(last) }).inc();
    try {
      return await attemptOnce(question, backend, read, context);
    } catch (error) {
      if (context.deadline.signal.aborted) throw context.deadline.signal.reason;
      if (!isWorthAnotherTry(error)) throw toPublicError(error);
      last = error;
    }
  }
  throw toPublicError(last);
}

/** A backend broke the grammar altogether: its own failure, and no reason to ask it again. */
class FreeText extends Error {
  override name = "FreeText";
}

async function attemptOnce(question: Question, backend: Backend, read: Read, context: AskContext): Promise<Asked> {
  const { spent, stopwatch, deadline } = context;
  const images = await stopwatch.time("image", () => context.prepare(backend));
  spent.attempts += 1;
  const reply = await stopwatch.time("backend", () =>
    backend.chat(
      {
        prompt: question.prompt,
        images: images.map((image) => image.jpeg),
        schema: { name: schemaName, json: JSON.stringify(question.schema) },
        maxTokens: question.maxTokens,
        wantLogprobs: true,
      },
      { signal: deadline.signal, attemptTimeoutMs: Math.min(context.attemptTimeoutMs, deadline.remainingMs()) },
    ),
  );
  addUsage(spent, reply);
  if (reply.usage !== null) {
    backend.checkPromptTokens({ promptTokens: reply.usage.promptTokens, images, prompt: question.prompt });
  }
  const answer = read(reply);
  const outcome = isFreeText(reply) ? "free_text" : outcomeOf(answer);
  context.instruments.answers
    .labels({ backend: backend.id, outcome: outcome === "free_text" ? "invalid" : outcome })
    .inc();
  backend.reportAnswer(outcome);
  if (outcome === "free_text") throw new FreeText("the backend answered without the grammar");
  return { backend, images, answer };
}

/** Prose under a schema: the grammar is off. Whatever JSON a reply holds, whole or broken, it was not free text. */
function isFreeText(reply: Reply): boolean {
  const plain = readAnswer(reply);
  return plain.status === "partial" && plain.cause === "not_json";
}

function outcomeOf(answer: Answer): AnswerOutcome {
  if (answer.status === "valid") return answer.isRepaired ? "repaired" : "valid";
  return answer.cause === "truncated" ? "truncated" : "invalid";
}

function pick(ranked: readonly Backend[], tries: ReadonlyMap<Backend, number>, prefer?: Backend): Backend | undefined {
  const fresh = ranked.filter((backend) => !tries.has(backend));
  if (prefer !== undefined && fresh.includes(prefer)) return prefer;
  return fresh[0] ?? ranked.find((backend) => (tries.get(backend) ?? 0) < maxAttemptsPerBackend);
}

function addUsage(spent: Spent, reply: ChatReply): void {
  spent.promptTokens += reply.usage?.promptTokens ?? 0;
  spent.completionTokens += reply.usage?.completionTokens ?? 0;
}

function isWorthAnotherTry(error: unknown): error is Error {
  return error instanceof FreeText || (error instanceof BackendFailure && error.retryable);
}

function reasonOf(error: Error): string {
  return error instanceof BackendFailure ? error.kind : "free_text";
}

/** What the caller learns: never which backend, nor what it said. */
function toPublicError(error: unknown): unknown {
  if (error === null) {
    return noBackend("No backend can serve this at the moment. Send the request again shortly.", {
      retryAfterSeconds: noBackendRetryAfterSeconds,
    });
  }
  if (error instanceof FreeText) {
    return answerInvalid("The model's answer was no JSON. Send the request again.", { cause: error });
  }
  if (!(error instanceof BackendFailure)) return error;
  if (error.kind === "busy") {
    return overloaded("The backends are busy. Send the request again after the time in Retry-After.", {
      retryAfterSeconds: Math.max(1, (error.retryAfterMs ?? 1000) / 1000),
      cause: error,
    });
  }
  if (error.kind === "refused_request") {
    return backendFailed("The backend refused the request itself; sending it again will not help.", {
      retryable: false,
      cause: error,
    });
  }
  return backendFailed("Every attempt at a backend failed. Send the request again.", { cause: error });
}
