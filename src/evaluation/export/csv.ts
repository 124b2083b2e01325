import { fieldNames } from "../../../schemas/index.ts";
import type { ExportRow } from "./rows.ts";

type Cell = string | number | boolean | null | undefined;

type PlainMember = Exclude<keyof ExportRow, "metadata" | "labels" | "prediction" | "confidence">;

const plainColumns = [
  ...(["score_id", "garment", "content", "sample_id", "arm", "backend", "model", "quantization"] as const),
  ...(["fingerprint", "prompt", "schema", "preparation", "simulated", "origin", "outcome", "failure"] as const),
  ...(["is_clean", "attempts", "latency_ms", "prompt_tokens", "completion_tokens", "inclusion", "design"] as const),
  ...(["annotators", "agreement", "marks", "truths", "weighted", "quality", "quality_partial", "scorer"] as const),
  ...(["answered_ms", "scored_ms", "rescored_ms"] as const),
] satisfies PlainMember[];

/** The first line: names of the columns. `marks` and `truths` tell what an empty cell of a label means. */
export const csvHeader = toLine([
  ...plainColumns,
  "metadata",
  ...["label", "prediction", "confidence"].flatMap((part) => fieldNames.map((field) => `${part}_${field}`)),
]);

/** One line of RFC 4180: CRLF at its end, quotes where they are needed. */
export function toCsvLine(row: ExportRow): string {
  return toLine([
    ...plainColumns.map((column) => row[column]),
    row.metadata === null ? null : JSON.stringify(row.metadata),
    ...fieldNames.map((field) => row.labels[field]),
    ...fieldNames.map((field) => row.prediction?.[field]),
    ...fieldNames.map((field) => row.confidence?.[field]),
  ]);
}

function toLine(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(",")}\r\n`;
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it: labels and metadata come from callers, and
 * a file that computes when it is opened is a way into the reader's machine (OWASP, CSV injection).
 */
function toCell(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
