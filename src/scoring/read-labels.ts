import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { cleanValue } from "../attributes/index.ts";
import type { Labels } from "./labels.ts";
import { parseObject } from "./read-record.ts";

/** Labels, or what is wrong with them, by member. */
export type ReadLabels = { labels: Labels } | { mistakes: { path: string; message: string }[] };

/**
 * Reads labels that someone sent: an object with some of the nine fields, or the text of one, as data sets hold it. Null
 * and every spelling of it is "labelled as absent", a number is its text. At least one field must be labelled.
 */
export function readLabels(value: unknown): ReadLabels {
  const object = typeof value === "string" ? parseObject(value) : value;
  if (object === null || typeof object !== "object" || Array.isArray(object)) {
    return { mistakes: [{ path: "", message: "must be an object of labels, or the text of one" }] };
  }
  const labels: Labels = {};
  const mistakes: { path: string; message: string }[] = [];
  for (const [key, raw] of Object.entries(object)) {
    if (!isField(key)) {
      mistakes.push({ path: key.slice(0, 100), message: "is none of the nine fields" });
      continue;
    }
    const cleaned = cleanValue(raw);
    if (cleaned.ok) labels[key] = cleaned.value;
    else mistakes.push({ path: key, message: cleaned.reason });
  }
  if (mistakes.length > 0) return { mistakes };
  if (Object.keys(labels).length === 0) return { mistakes: [{ path: "", message: "must label at least one field" }] };
  return { labels };
}

function isField(key: string): key is FieldName {
  return (fieldNames as readonly string[]).includes(key);
}
