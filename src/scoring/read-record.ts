import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { Predicted } from "./labels.ts";

/** A prediction as far as it could be read. */
export interface ReadPrediction {
  /** Its values under the names of the fields; null where there was no JSON object. */
  predicted: Predicted;
  /** Keys that are no field, and all keys. */
  extraKeys: number;
  keys: number;
  /** The text itself where it was no JSON object, else null. */
  rawText: string | null;
}

/** The JSON object that a text is, whole and nothing else; null where it is none. The last of duplicate keys counts. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as unknown;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Reads a prediction: an object, the text of one, or nothing. Keys are told apart without case, spaces, `_` and `-`
 * ("Sleeve Length" is sleeve_length); of several spellings of one key the last counts.
 */
export function readPrediction(prediction: unknown): ReadPrediction {
  const object = typeof prediction === "string" ? parseObject(prediction) : isObject(prediction) ? prediction : null;
  if (object === null) {
    return { predicted: null, extraKeys: 0, keys: 0, rawText: typeof prediction === "string" ? prediction : null };
  }
  const predicted: Partial<Record<FieldName, unknown>> = {};
  const entries = Object.entries(object);
  let extraKeys = 0;
  for (const [key, value] of entries) {
    const field = fieldsByKey.get(key) ?? fieldsByKey.get(foldKey(key));
    if (field === undefined) extraKeys += 1;
    else predicted[field] = value;
  }
  return { predicted, extraKeys, keys: entries.length, rawText: null };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

const longestKey = 40;

function foldKey(key: string): string {
  return key.length > longestKey ? "" : key.toLowerCase().replaceAll(/[\s_-]/gu, "");
}

const fieldsByKey: ReadonlyMap<string, FieldName> = new Map(
  fieldNames.flatMap((field) => [[field, field] as const, [foldKey(field), field] as const]),
);
