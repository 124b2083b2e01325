import { sql } from "../storage/index.ts";
import type { LabelsTable, Selectable } from "../storage/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { Design, KeyKind, LabelledFields, StoredLabel } from "./label.ts";

/** A list of texts as rows of a query, which finds each of them through an index. */
export function rowsOf(...columns: readonly (readonly string[])[]) {
  const [first = []] = columns;
  return sql.join(first.map((_, at) => sql`(${sql.join(columns.map((column) => column[at]))})`));
}

/** JSON in the order of the fields, so that equal labels are equal texts. */
export function toText(labels: LabelledFields): string {
  return JSON.stringify(
    Object.fromEntries(fieldNames.flatMap((field) => (labels[field] === undefined ? [] : [[field, labels[field]]]))),
  );
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
