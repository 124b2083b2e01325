import { fieldNames } from "../../schemas/index.ts";
import { seededRandom } from "../kernel/index.ts";
import { playLengthFaults, playNodeFaults, playTextFaults } from "./faults/answer.ts";
import type { FaultDice } from "./faults/control.ts";
import { forcedText } from "./guided/answer-node.ts";
import type { Segment } from "./guided/answer-node.ts";
import { generate } from "./guided/generate.ts";
import { samplePattern } from "./guided/pattern-sample.ts";
import { writeProse } from "./guided/prose.ts";
import { renderJson } from "./guided/render.ts";
import type { JsonLayout } from "./guided/render.ts";
import { UnusableSchema } from "./guided/schema-node.ts";
import type { Constraint } from "./protocol/constraint.ts";
import { badRequest } from "./protocol/wire-error.ts";
import type { Sighting } from "./sighting.ts";
import { endOfTurn, generateTokens } from "./tokens/generated.ts";
import type { GeneratedToken } from "./tokens/generated.ts";
import { tokenBytes } from "./tokens/tokenizer.ts";

/** Everything the model is going to say, known before the engine spends its time on it. */
export interface Answer {
  tokens: GeneratedToken[];
  /** The text's bytes: those of the tokens without the end of turn, and without what a stop string takes away. */
  bytes: Buffer;
  finishReason: "stop" | "length";
  stopReason: string | null;
}

interface AnswerOptions {
  constraint: Constraint;
  sighting: Sighting | null;
  /** Free text of a model that thinks begins with its thoughts. */
  isThinking: boolean;
  layout: JsonLayout;
  maxTokens: number;
  stops: readonly string[];
  seed: number;
  dice: FaultDice;
}

/** Decides the answer. Throws vLLM's 400 where the constraint cannot be met by any text. */
export function composeAnswer(options: AnswerOptions): Answer {
  const { dice, maxTokens, stops } = options;
  const segments = options.constraint === null ? freeText(options) : playTextFaults(dice, constrainedText(options));
  const complete = generateTokens(segments);
  const runaway = playLengthFaults(dice, complete, maxTokens);
  if (runaway !== undefined) return cut(runaway, maxTokens, "length");
  const stopped = stopAt(complete, stops);
  if (stopped !== null && stopped.tokens.length <= maxTokens) return stopped;
  const tokens = [...complete, endOfTurn()];
  return tokens.length > maxTokens ? cut(tokens, maxTokens, "length") : cut(tokens, maxTokens, "stop");
}

function constrainedText({ constraint, sighting, layout, dice }: AnswerOptions): Segment[] {
  try {
    switch (constraint?.kind) {
      case "schema":
        return renderJson(playNodeFaults(dice, generate(constraint.schema, sighting)), layout);
      case "json_object":
        return renderJson(playNodeFaults(dice, generate(anyObjectSchema(sighting), sighting)), layout);
      case "choice":
        return [choose(constraint.choices, sighting)];
      case "regex":
        return [forcedText(sampleRegex(constraint.pattern))];
      case undefined:
        return [];
    }
  } catch (error) {
    if (error instanceof UnusableSchema) throw badRequest(`Failed to compile the grammar: ${error.message}`);
    throw error;
  }
}

function freeText({ sighting, isThinking, seed }: AnswerOptions): Segment[] {
  const thoughts = isThinking ? [forcedText("I should look at the photo first.\n</think>\n\n")] : [];
  return [...thoughts, ...writeProse(sighting, seededRandom(seed))];
}

/** Without a schema the model answers what it was most likely asked. */
function anyObjectSchema(sighting: Sighting | null): unknown {
  const nullable = { type: ["string", "null"] };
  const names = sighting === null ? ["answer"] : fieldNames;
  return { type: "object", properties: Object.fromEntries(names.map((name) => [name, nullable])), required: names };
}

function choose(choices: readonly string[], sighting: Sighting | null): Segment {
  const seen = new Set(Object.values(sighting ?? {}).map(({ value }) => value?.toLowerCase()));
  const text = choices.find((choice) => seen.has(choice.toLowerCase())) ?? choices[0]!;
  const others = choices.filter((choice) => choice !== text);
  const alternatives = others.map((choice) => ({ text: choice, probability: 0.4 / others.length }));
  return { text, probability: others.length === 0 ? 1 : 0.6, alternatives };
}

function sampleRegex(pattern: string): string {
  const sample = samplePattern(pattern);
  if (sample === undefined) throw new UnusableSchema("the regular expression is not supported.");
  return sample;
}

function cut(tokens: GeneratedToken[], maxTokens: number, finishReason: "stop" | "length"): Answer {
  const kept = tokens.slice(0, maxTokens);
  const spoken = finishReason === "stop" ? kept.slice(0, -1) : kept.filter((token) => token.id !== endOfTurn().id);
  return { tokens: kept, bytes: bytesOf(spoken), finishReason, stopReason: null };
}

/** Ends the answer where the first stop string appears; the string itself is not part of the text. */
function stopAt(tokens: GeneratedToken[], stops: readonly string[]): Answer | null {
  const text = stops.length === 0 ? "" : bytesOf(tokens).toString("utf8");
  const hits = stops
    .map((stop) => ({ stop, at: stop === "" ? -1 : text.indexOf(stop) }))
    .filter(({ at }) => at !== -1)
    .sort((a, b) => a.at - b.at);
  const [hit] = hits;
  if (hit === undefined) return null;
  const end = Buffer.byteLength(text.slice(0, hit.at + hit.stop.length));
  let length = 0;
  const count = tokens.findIndex(({ id }) => (length += tokenBytes(id).length) >= end) + 1;
  return {
    tokens: tokens.slice(0, count),
    bytes: Buffer.from(text.slice(0, hit.at)),
    finishReason: "stop",
    stopReason: hit.stop,
  };
}

function bytesOf(tokens: readonly GeneratedToken[]): Buffer {
  return Buffer.concat(tokens.map(({ id }) => tokenBytes(id)));
}
