import { BackendFailure } from "../backends/index.ts";
import type { AnswerOutcome, Backend, ChatCall, ChatReply, Place, Work } from "../backends/index.ts";
import { readAnswer } from "../extraction/index.ts";
import type { Answer, Question, Reply } from "../extraction/index.ts";
import { tryBackends, UselessAnswer } from "./attempts.ts";
import type { AttemptsContext } from "./attempts.ts";
import { backendFailed, imageCorrupt } from "./errors.ts";
import type { Preparation, Prepare } from "./prepare.ts";
import { estimateWork } from "./work.ts";

/** What one request has used so far, over all its calls. */
export interface Spent {
  attempts: number;
  promptTokens: number;
  completionTokens: number;
  /** Backends that failed by their own fault. */
  readonly failedBackends: Set<string>;
}

export interface AskContext extends AttemptsContext {
  prepare: Prepare;
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
export const schemaName = "garment_attributes";

/**
 * Asks one question until a backend answers it in JSON at all.
 * @throws GatewayError as `tryBackends` does
 */
export function ask(
  question: Question,
  context: AskContext,
  { read = readAnswer, prefer, avoid }: { read?: Read; prefer?: Backend; avoid?: Backend } = {},
): Promise<Asked> {
  const { stopwatch } = context;
  const prepareFor = (backend: Backend) => stopwatch.time("image", () => context.prepare(backend));
  const workOf = ({ images }: Preparation) =>
    estimateWork({ images, characters: charactersOf(question), maxTokens: question.maxTokens });
  return tryBackends(
    {
      prepare: async (backend) => workOf(await prepareFor(backend)),
      onOwnFailure: (backend) => void context.spent.failedBackends.add(backend.id),
      async send(place) {
        const preparation = await prepareFor(place.backend);
        const reply = await send(question, place, preparation, workOf(preparation), context);
        return { backend: place.backend, preparation, answer: judge(reply, place.backend, read, context) };
      },
    },
    context,
    {
      ...(prefer !== undefined && { prefer }),
      ...(avoid !== undefined && { avoid }),
      // The question is ours, and only its images are not: one server that cannot take it is wrong about the others.
      isOwnRefusal: ({ refusal }) => refusal !== "image_unreadable" && refusal !== "too_many_images",
      // The question is ours: what is wrong with it is no fault of the caller's.
      onRefusal: (failure) =>
        failure.refusal === "image_unreadable"
          ? imageCorrupt("The model's server could not read an image. Send it anew, or another one.", {
              cause: failure,
            })
          : backendFailed("The backend refused the request itself; sending it again will not help.", {
              retryable: false,
              cause: failure,
            }),
    },
  );
}

/** One chat call, with what it used added to what the request has spent. */
async function send(
  question: Question,
  place: Place,
  { images }: Preparation,
  work: Work,
  { spent, stopwatch, deadline, attemptTimeoutMs }: AskContext,
): Promise<ChatReply> {
  const call: ChatCall = {
    prompt: question.prompt,
    images: images.map((image) => image.jpeg),
    schema: { name: schemaName, json: JSON.stringify(question.schema) },
    maxTokens: question.maxTokens,
    wantLogprobs: true,
    work,
  };
  try {
    // The deadline's own signal ends a call that outlasts it: a shorter timeout would count as the backend's failure.
    const reply = await stopwatch.time("backend", () =>
      place.chat(call, { signal: deadline.signal, attemptTimeoutMs }),
    );
    spent.attempts += reply.sends;
    spent.promptTokens += reply.usage?.promptTokens ?? 0;
    spent.completionTokens += reply.usage?.completionTokens ?? 0;
    if (reply.usage !== null) {
      place.backend.checkPromptTokens({ promptTokens: reply.usage.promptTokens, images, prompt: question.prompt });
    }
    return reply;
  } catch (error) {
    if (error instanceof BackendFailure) spent.attempts += error.sends;
    throw error;
  }
}

/** Reads a reply, and tells its backend and the metrics how it read. */
function judge(reply: Reply, backend: Backend, read: Read, { instruments }: AskContext): Answer {
  const answer = read(reply);
  const outcome = isFreeText(reply) ? "free_text" : outcomeOf(answer);
  instruments.answers.labels({ backend: backend.id, outcome: outcome === "free_text" ? "invalid" : outcome }).inc();
  backend.reportAnswer(outcome);
  // The backend broke the grammar altogether: there is nothing in it to be asked again for.
  if (outcome === "free_text") {
    throw new UselessAnswer("free_text", "The model's answer was no JSON. Send the request again.");
  }
  return answer;
}

export function charactersOf({ prompt }: Question): number {
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
