import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { Answer, AnswerFault, FieldConfidence, FieldValues, PartialAnswer, Reply } from "./answer.ts";
import { fieldConfidence } from "./confidence.ts";
import { findAnswer } from "./find-answer.ts";
import { validateAttributes } from "./validate-attributes.ts";

/** What one reply tells about some fields. `fault` is meant for the fields that are not among the values. */
interface Reading {
  values: FieldValues;
  confidence: FieldConfidence;
  isClean: boolean;
  fault: AnswerFault;
}

// Bounds the work on a backend that ignores max_tokens. The longest honest answer is 384 tokens, of which the longest
// (runs of spaces) have about a hundred characters each.
const maxTextLength = 65_536;

/**
 * Reads a backend's answer to the question for all nine fields. It accepts more than clean JSON (JSON in prose, fences,
 * an array, a wrapper, a JSON string, or in `reasoning` while the content is empty; cut and slightly broken JSON) and
 * never guesses: a value that is cut off, of a wrong type or too long makes its field bad, and so does a missing key.
 * Takes time linear in the reply and throws nothing, whatever the backend sent.
 */
export function readAnswer(reply: Reply): Answer {
  const reading = readFields(reply, fieldNames);
  return conclude(reading.values, reading.confidence, reading.fault, !reading.isClean);
}

/** Completes an answer with the reply to its re-ask (`createReask`): only the fields that were bad are taken from it. */
export function mergeReask(previous: PartialAnswer, reply: Reply): Answer {
  const second = readFields(reply, previous.badFields);
  const values = { ...previous.values, ...second.values };
  const confidence = { ...previous.confidence, ...second.confidence };
  return conclude(values, confidence, second.fault, true);
}

function conclude(values: FieldValues, confidence: FieldConfidence, cause: AnswerFault, isRepaired: boolean): Answer {
  const badFields = fieldNames.filter((field) => values[field] === undefined);
  if (badFields.length > 0) return { status: "partial", values, confidence, badFields, cause };
  const attributes = inFieldOrder(values);
  if (!validateAttributes(attributes)) throw new Error("cleaned values must fit the attributes schema");
  return { status: "valid", attributes, confidence: inFieldOrder(confidence), isRepaired };
}

/** Fields as the contract lists them, whatever their order in the answer. */
function inFieldOrder<T>(values: Partial<Record<FieldName, T>>): Record<FieldName, T> {
  return Object.fromEntries(fieldNames.map((field) => [field, values[field]])) as Record<FieldName, T>;
}

function readFields(reply: Reply, fields: readonly FieldName[]): Reading {
  const isContentBlank = isBlank(reply.content);
  const source = (isContentBlank ? reply.reasoning : reply.content) ?? "";
  const text = source.slice(0, maxTextLength);
  const inner = jsonStringIn(text);
  const found = findAnswer(inner ?? text, fields);
  if (found === null) return { values: {}, confidence: {}, isClean: false, fault: faultWithoutObject(text, reply) };

  // The positions in a JSON string inside JSON are not those of the tokens.
  const logprobs = inner === null ? reply.logprobs : null;
  return {
    values: found.values,
    confidence: fieldConfidence(text, found.spans, logprobs),
    isClean: found.isExact && !isContentBlank && inner === null && isWholeObject(text),
    fault: found.isClosed ? "invalid_fields" : "truncated",
  };
}

function faultWithoutObject(text: string, reply: Reply): AnswerFault {
  if (isBlank(text)) return reply.finishReason === "length" ? "truncated" : "empty";
  return reply.finishReason === "length" ? "truncated" : "not_json";
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === "";
}

/** The text inside an answer that is one JSON string: some models encode their object twice. */
function jsonStringIn(text: string): string | null {
  if (!text.trimStart().startsWith('"')) return null;
  const value = parseJson(text);
  return typeof value === "string" ? value : null;
}

/** Whether the text is one JSON object by the platform's own strict parser. */
function isWholeObject(text: string): boolean {
  return text.trimStart().startsWith("{") && parseJson(text) !== undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
