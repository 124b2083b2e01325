import { cleanValue } from "../attributes/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { FieldValues } from "./answer.ts";
import { scanObjects } from "./scan-objects.ts";
import type { Member, ScannedObject } from "./scan-objects.ts";

/** Where a field's value stands in the text: what its confidence is read from. End is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** The object that answers the question best, with the values of it that can be relied on. */
export interface FoundAnswer {
  values: FieldValues;
  spans: Partial<Record<FieldName, Span>>;
  isClosed: boolean;
  /** Whether it is a top-level object with exactly the keys asked for, each once and as asked. */
  isExact: boolean;
}

/**
 * Picks the object with the most values that fit, the last one of equals: a draft comes before the answer. An object
 * inside another (`{"attributes": {…}}`) counts only when it has every key asked for, so that no detail of an extra
 * member is taken for the garment's.
 *
 * @returns null where no object has any of the keys
 */
export function findAnswer(text: string, fields: readonly FieldName[]): FoundAnswer | null {
  let best: FoundAnswer | null = null;
  for (const object of scanObjects(text)) {
    const members = membersByField(object, fields);
    if (members.size === 0 || (!object.isTop && members.size < fields.length)) continue;
    const found = readObject(text, object, members);
    if (best === null || countOf(found) >= countOf(best)) best = found;
  }
  return best;
}

function countOf(found: FoundAnswer): number {
  return Object.keys(found.values).length;
}

/** The last member of each field asked for, as JSON.parse would have it; a Map, so that no key is special. */
function membersByField(object: ScannedObject, fields: readonly FieldName[]): Map<FieldName, Member> {
  const members = new Map<FieldName, Member>();
  for (const member of object.members) {
    const field = fieldOfKey(member.rawKey);
    if (field !== undefined && fields.includes(field)) members.set(field, member);
  }
  return members;
}

function readObject(text: string, object: ScannedObject, members: Map<FieldName, Member>): FoundAnswer {
  const found: FoundAnswer = {
    values: {},
    spans: {},
    isClosed: object.isClosed,
    isExact:
      object.isTop &&
      object.members.length === members.size &&
      object.members.every(({ rawKey }) => isFieldName(rawKey)),
  };
  for (const [field, member] of members) {
    const cleaned = cleanValue(decode(text, member));
    if (!cleaned.ok) continue;
    found.values[field] = cleaned.value;
    found.spans[field] = { start: member.start, end: member.end };
  }
  return found;
}

/** The member's value, a number as it is written; undefined (which no field accepts) where it is none. */
function decode(text: string, member: Member): string | null | undefined {
  const raw = text.slice(member.start, member.end);
  if (member.kind === "string") return decodeString(raw);
  if (member.kind === "bare" && raw === "null") return null;
  return member.kind === "bare" && jsonNumber.test(raw) ? raw : undefined;
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const escapeSequence = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/g;

/**
 * Decodes what stands between the quotes; undefined for an escape that JSON does not have. One sequence at a time,
 * because JSON.parse refuses bare line breaks, and thousands of bad strings would cost an exception each.
 */
function decodeString(raw: string): string | undefined {
  if (!raw.includes("\\")) return raw;
  if (raw.replaceAll(escapeSequence, "").includes("\\")) return undefined;
  return raw.replaceAll(escapeSequence, (sequence) => JSON.parse(`"${sequence}"`) as string);
}

const fieldsByFoldedKey: ReadonlyMap<string, FieldName> = new Map(fieldNames.map((field) => [foldKey(field), field]));
const maxKeyLength = 40;

/** Accepts the name in any case and word style ("Sleeve Length", "sleeveLength", "sleeve-length"), and no synonym. */
function fieldOfKey(rawKey: string): FieldName | undefined {
  if (rawKey.length > maxKeyLength) return undefined;
  return fieldsByFoldedKey.get(foldKey(rawKey));
}

function foldKey(key: string): string {
  return key.toLowerCase().replaceAll(/[\s_-]/g, "");
}

function isFieldName(key: string): boolean {
  return (fieldNames as readonly string[]).includes(key);
}
