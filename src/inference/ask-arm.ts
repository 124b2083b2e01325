import type { Backend, ChatReply } from "../backends/index.ts";
import { createQuestion, createReask, mergeReask, readAnswer } from "../extraction/index.ts";
import type { Answer, Question } from "../extraction/index.ts";
import type { Clock } from "../kernel/index.ts";
import type { Attributes, FieldName, ViewName } from "../../schemas/index.ts";
import { charactersOf, schemaName } from "./ask.ts";
import { estimateWork } from "./work.ts";

/** Images as they were sent to the arm that answered. */
export interface ArmImage {
  view: ViewName;
  jpeg: Buffer;
  visionTokens: number;
}

export interface ArmReply {
  /** Null where the answer stayed invalid after the re-ask that a live answer gets too. */
  attributes: Attributes | null;
  confidence: Record<FieldName, number | null> | null;
  isClean: boolean;
  attempts: number;
  latencyMs: number;
  promptTokens: number;
  completionTokens: number;
}

interface ArmRequest {
  images: readonly ArmImage[];
  signal: AbortSignal;
  timeoutMs: number;
}

/**
 * Puts the live question to one backend with the very same bytes and parameters, on no caller's behalf. What is missing
 * in the answer is asked for once more, as it is for a live one.
 * @throws BackendFailure as `Backend.mirror` does
 */
export async function askArm(
  backend: Backend,
  { images, signal, timeoutMs }: ArmRequest,
  clock: Clock,
): Promise<ArmReply> {
  const views = images.map((image) => image.view);
  const start = clock.now();
  const spent = { attempts: 0, promptTokens: 0, completionTokens: 0 };

  async function send(question: Question): Promise<ChatReply> {
    const reply = await backend.mirror(
      {
        prompt: question.prompt,
        images: images.map((image) => image.jpeg),
        schema: { name: schemaName, json: JSON.stringify(question.schema) },
        maxTokens: question.maxTokens,
        wantLogprobs: true,
        work: estimateWork({ images, characters: charactersOf(question), maxTokens: question.maxTokens }),
      },
      { signal, attemptTimeoutMs: timeoutMs },
    );
    spent.attempts += reply.sends;
    spent.promptTokens += reply.usage?.promptTokens ?? 0;
    spent.completionTokens += reply.usage?.completionTokens ?? 0;
    return reply;
  }

  let answer: Answer = readAnswer(await send(createQuestion(views)));
  if (answer.status === "partial") answer = mergeReask(answer, await send(createReask(views, answer)));
  const cost = { ...spent, latencyMs: clock.now() - start };
  if (answer.status === "partial") return { attributes: null, confidence: null, isClean: false, ...cost };
  const { attributes, confidence, isRepaired } = answer;
  return { attributes, confidence, isClean: !isRepaired, ...cost };
}
