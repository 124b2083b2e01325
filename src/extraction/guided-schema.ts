import { fieldNames, maxValueLength } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { sha256 } from "../kernel/index.ts";

/** The JSON Schema that constrains a backend's decoding. */
export interface GuidedSchema {
  readonly type: "object";
  readonly properties: Readonly<
    Partial<Record<FieldName, { readonly type: readonly ["string", "null"]; readonly maxLength: number }>>
  >;
  readonly required: readonly FieldName[];
  readonly additionalProperties: false;
}

/**
 * The schema for some of the nine fields: flat, all required, in the order of `fieldNames` whatever the order given.
 * The same fields always serialise to the same bytes, because backends cache the compiled grammar by the schema's text.
 *
 * It uses only what xgrammar and guidance both enforce (type arrays, maxLength, required, additionalProperties), for
 * anything else makes vLLM refuse the request or change the engine's grammar backend. maxLength also ends a string
 * that a model would repeat forever. No enums: a closed list would make a model that wants to say something else look
 * certain of a wrong value.
 */
export function guidedSchema(fields: readonly FieldName[]): GuidedSchema {
  const ordered = fieldNames.filter((field) => fields.includes(field));
  const property = { type: ["string", "null"], maxLength: maxValueLength } as const;
  return {
    type: "object",
    properties: Object.fromEntries(ordered.map((field) => [field, property])),
    required: ordered,
    additionalProperties: false,
  };
}

/** The text of the schema of all nine fields. */
export const guidedSchemaJson = JSON.stringify(guidedSchema(fieldNames));

/** Names the schema's bytes in cache keys and arms; a narrowed schema follows from the same code and rule. */
export const schemaVersion = sha256(guidedSchemaJson).slice(0, 16);
