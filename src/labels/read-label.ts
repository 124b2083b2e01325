import { cleanValue } from "../attributes/index.ts";
import type { ErrorItem } from "../kernel/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { designs, keyKinds, maxTextLength } from "./label.ts";
import type { Design, KeyKind, Label, LabelKey, LabelledFields } from "./label.ts";

/** A label, or everything that is wrong with it; never both. */
export type ReadLabel = { ok: true; label: Label } | { ok: false; errors: ErrorItem[] };

/** More mistakes of one label than anyone reads. */
const maxErrors = 20;

const members: ReadonlySet<string> = new Set([
  ...keyKinds,
  "labels",
  "ground_truth",
  "source",
  "annotator",
  "design",
] as const);

const fields: ReadonlySet<string> = new Set(fieldNames);

/**
 * Reads one label from parsed JSON. Values are cleaned as answers are, so that spellings of "nothing" become null.
 * `labels` may be an object or, as in the model card's data sets, a JSON string that holds one; those data sets call it
 * `ground_truth`, which is taken as another name for it.
 */
export function readLabel(value: unknown): ReadLabel {
  if (!isObject(value)) return { ok: false, errors: [{ path: "", message: "must be a JSON object" }] };
  if (isSampleLine(value)) return { ok: false, errors: [{ path: "", message: sampleLine }] };
  const errors: ErrorItem[] = [];
  for (const name of Object.keys(value)) {
    if (!members.has(name)) errors.push({ path: shorten(name), message: "is not a known member" });
    if (errors.length === maxErrors) break;
  }
  const key = readKey(value, errors);
  const labels = readFields(value, errors);
  const source = readText(value, "source", errors);
  const annotator = readText(value, "annotator", errors);
  const design = readDesign(value, errors);
  if (errors.length > 0 || key === null || labels === null) return { ok: false, errors: errors.slice(0, maxErrors) };
  return { ok: true, label: { ...key, labels, source, annotator, design } };
}

const sampleLine = `is a line of a samples folder, which names a photo by its file: import it with \`labels import FILE\`, or name a key (${keyKinds.join(", ")})`;

function isSampleLine(value: Record<string, unknown>): boolean {
  return typeof value["image"] === "string" && keyKinds.every((kind) => value[kind] === undefined);
}

function readKey(value: Record<string, unknown>, errors: ErrorItem[]): LabelKey | null {
  const given = keyKinds.filter((kind) => value[kind] !== undefined);
  const [keyKind] = given;
  if (keyKind === undefined || given.length > 1) {
    errors.push({ path: given[1] ?? "", message: `must have exactly one of ${keyKinds.join(", ")}` });
    return null;
  }
  const key = value[keyKind];
  const mistake = typeof key === "string" ? findKeyMistake(keyKind, key) : "must be a string";
  if (mistake !== null) {
    errors.push({ path: keyKind, message: mistake });
    return null;
  }
  return { keyKind, key: keyKind === "image_sha256" ? (key as string).toLowerCase() : (key as string) };
}

function findKeyMistake(keyKind: KeyKind, key: string): string | null {
  if (keyKind === "image_sha256") {
    return /^[0-9a-f]{64}$/i.test(key) ? null : "must be a SHA-256: 64 hexadecimal digits";
  }
  if (keyKind === "request_id" && /^req_[0-9a-f]{32}$/.test(key)) {
    return "must be the `id` of an answer (gar_…), not the id of its request (X-Request-Id)";
  }
  return key === "" ? "must not be empty" : findTextMistake(key);
}

function readFields(value: Record<string, unknown>, errors: ErrorItem[]): LabelledFields | null {
  const path = value["labels"] === undefined && value["ground_truth"] !== undefined ? "ground_truth" : "labels";
  if (value["labels"] !== undefined && value["ground_truth"] !== undefined) {
    errors.push({ path: "ground_truth", message: "is another name for labels: give one of the two" });
    return null;
  }
  const given = parseIfText(value[path]);
  if (!isObject(given)) {
    errors.push({ path, message: given === undefined ? "is missing" : "must be an object, or one as JSON text" });
    return null;
  }
  const labels: LabelledFields = {};
  const names = Object.keys(given);
  if (names.length === 0) errors.push({ path, message: "must label at least one field" });
  for (const name of names) {
    if (errors.length >= maxErrors) break;
    if (!fields.has(name)) {
      errors.push({ path: `${path}.${shorten(name)}`, message: `is not a field; fields are ${fieldNames.join(", ")}` });
      continue;
    }
    const cleaned = cleanValue(given[name]);
    if (cleaned.ok) labels[name as FieldName] = cleaned.value;
    else errors.push({ path: `${path}.${name}`, message: cleaned.reason });
  }
  return labels;
}

/** What is no JSON text stays a string, and is refused as one. */
function parseIfText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function readText(value: Record<string, unknown>, name: "source" | "annotator", errors: ErrorItem[]): string {
  const text = value[name] ?? "";
  const mistake = typeof text === "string" ? findTextMistake(text) : "must be a string";
  if (mistake !== null) errors.push({ path: name, message: mistake });
  return text as string;
}

/** Text that both stores keep as it is: Postgres takes no U+0000, and half a character has no bytes in UTF-8. */
function findTextMistake(text: string): string | null {
  if (text.length > 2 * maxTextLength || Array.from(text).length > maxTextLength) {
    return `must be at most ${maxTextLength} characters long`;
  }
  if (text.includes("\0")) return "must not hold the character U+0000";
  return text.isWellFormed() ? null : "must not hold half a character (an unpaired surrogate)";
}

function readDesign(value: Record<string, unknown>, errors: ErrorItem[]): Design {
  const design = value["design"] ?? "import";
  const known = designs.find((name) => name === design);
  if (known === undefined) errors.push({ path: "design", message: `must be one of ${designs.join(", ")}` });
  return known ?? "import";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100).toWellFormed()}…` : name;
}
