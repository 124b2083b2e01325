import type { AnswerOutcome, Backend, ChatReply } from "../backends/index.ts";
import { readAnswer } from "../extraction/index.ts";
import type { Answer, Question, Reply } from "../extraction/index.ts";
import { tryBackends, UselessAnswer } from "./attempts.ts";
import type { AttemptsContext } from "./attempts.ts";
import { backendFailed } from "./errors.ts";
import type { Preparation, Prepare } from "./prepare.ts";
import type { Stopwatch } from "./stopwatch.ts";
import { estimateWork } from "./work.ts";

/** What one request has used so far, over all its calls. */
export interface Spent {
  attempts: number;
  promptTokens: number;
  completionTokens: number;
}

export interface AskContext extends AttemptsContext {
  prepare: Prepare;
  stopwatch: Stopwatch;
  spent: Spent;
  attemptTimeoutMs: number;
}

/** How a reply becomes an answer: read by itself, or laid over what an earlier one left good. */
export type Read = (reply: Reply) => Answer;

export interface Asked {
  backend: Backend;
  preparation: Preparation;
  answer: Answer;
}

/** vLLM wants a name and does not use it. */
const schemaName = "garment_attributes";

/**
 * Asks one question until a backend answers it in JSON at all.
 * @throws GatewayError as `tryBackends` does
 */
export function ask(
  question: Question,
  context: AskContext,
  { read = readAnswer, prefer }: { read?: Read; prefer?: Backend } = {},
): Promise<Asked> {
  return tryBackends((backend) => attemptOnce(question, backend, read, context), context, {
    ...(prefer !== undefined && { prefer }),
    // The question is ours: what is wrong with it is no fault of the caller's.
    onRefusal: (failure) =>
      backendFailed("The backend refused the request itself; sending it again will not help.", {
        retryable: false,
        cause: failure,
      }),
  });
}

async function attemptOnce(question: Question, backend: Backend, read: Read, context: AskContext): Promise<Asked> {
  const { spent, stopwatch, deadline } = context;
  const preparation = await stopwatch.time("image", () => context.prepare(backend));
  const { images } = preparation;
  spent.attempts += 1;
  const reply = await stopwatch.time("backend", () =>
    backend.chat(
      {
        prompt: question.prompt,
        images: images.map((image) => image.jpeg),
        schema: { name: schemaName, json: JSON.stringify(question.schema) },
        maxTokens: question.maxTokens,
        wantLogprobs: true,
        work: estimateWork({ images, characters: charactersOf(question), maxTokens: question.maxTokens }),
      },
      // The deadline's own signal ends a call that outlasts it: a shorter timeout would count as the backend's failure.
      { signal: deadline.signal, attemptTimeoutMs: context.attemptTimeoutMs },
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
  // The backend broke the grammar altogether: there is nothing in it to be asked again for.
  if (outcome === "free_text") {
    throw new UselessAnswer("free_text", "The model's answer was no JSON. Send the request again.");
  }
  return { backend, preparation, answer };
}

function charactersOf({ prompt }: Question): number {
  return prompt.parts.reduce((sum, part) => sum + (part.kind === "text" ? part.text.length : 0), prompt.system.length);
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

function addUsage(spent: Spent, reply: ChatReply): void {
  spent.promptTokens += reply.usage?.promptTokens ?? 0;
  spent.completionTokens += reply.usage?.completionTokens ?? 0;
}
