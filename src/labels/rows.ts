import { sql } from "../storage/index.ts";
import type { LabelsTable, Selectable, Storage } from "../storage/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { Design, KeyKind, LabelledFields, StoredLabel } from "./label.ts";

/**
 * Texts as rows `given` with `key`, their place, and `value`, a JSON array of their columns: one parameter however many
 * there are, which is several times faster than one for each, and one statement for every number of rows.
 */
export function rowsOf(dialect: Storage["dialect"], rows: readonly (readonly string[])[]) {
  const json = JSON.stringify(rows);
  return dialect === "sqlite"
    ? sql`json_each(${json}) as given`
    : sql`jsonb_array_elements(cast(${json} as jsonb)) with ordinality as given (value, key)`;
}

/** JSON in the order of the fields, so that equal labels are equal texts. */
export function toText(labels: LabelledFields): string {
  const ordered: LabelledFields = {};
  for (const field of fieldNames) {
    const value = labels[field];
    if (value !== undefined) ordered[field] = value;
  }
  return JSON.stringify(ordered);
}

export function toStoredLabel(row: Omit<Selectable<LabelsTable>, "is_joined">): StoredLabel {
  return {
    id: row.id,
    keyKind: row.key_kind as KeyKind,
    key: row.key,
    annotator: row.annotator,
    source: row.source,
    design: row.design as Design,
    labels: JSON.parse(row.labels) as LabelledFields,
    createdMs: row.created_ms,
  };
}

/** The columns that `toStoredLabel` reads. */
export const labelColumns = [
  "labels.id",
  "labels.key_kind",
  "labels.key",
  "labels.annotator",
  "labels.source",
  "labels.design",
  "labels.labels",
  "labels.created_ms",
] as const;
