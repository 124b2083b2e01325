import { readFileSync } from "node:fs";

export type FieldValues = Record<string, string | null>;

/** What the project's own samples truly are. */
export function readGarments(): FieldValues[] {
  const lines = readFileSync("samples/garments/labels.jsonl", "utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { labels: FieldValues }).labels);
}
