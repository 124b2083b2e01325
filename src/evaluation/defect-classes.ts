import { weightOf } from "../statistics/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Canonicalise } from "./canonicalise.ts";
import type { ScoredRow } from "./scored-rows.ts";

interface Counts {
  hits: number;
  /** Answered and wrong. */
  extra: number;
  /** Labelled and not answered. */
  missed: number;
}

/** Weighted counts of each defect, for a macro F1. */
export type DefectTally = Map<string, Counts>;

/** Texts are free where a label or an answer is no known defect. */
const maxClasses = 1_000;

const chunkRows = 5_000;
/** Place of `defect_type` in marks and truths. */
const place = 8;

/**
 * Adds what rows say of each defect. Garments without a defect that were answered as such belong to no class, and they are
 * nine in ten, so only the others' values are read.
 */
export async function addDefects(
  { db }: Storage,
  rows: readonly ScoredRow[],
  { canonicalise, tallyOf }: { canonicalise: Canonicalise; tallyOf: (armId: string) => DefectTally },
): Promise<void> {
  const telling = rows.filter(({ marks, truths }) => truths[place] === "v" || marks[place] === "0");
  for (let start = 0; start < telling.length; start += chunkRows) {
    const chunk = new Map(telling.slice(start, start + chunkRows).map((row) => [row.id, row]));
    const values = await db
      .selectFrom("scores")
      .innerJoin("truths", "truths.content", "scores.content")
      .innerJoin("answers", (join) =>
        join.onRef("answers.content", "=", "scores.content").onRef("answers.arm_id", "=", "scores.arm_id"),
      )
      .select(["scores.id", "truths.labels", "answers.attributes"])
      .where("scores.id", "in", [...chunk.keys()])
      .execute();
    for (const { id, labels, attributes } of values) {
      const row = chunk.get(id);
      if (row !== undefined) {
        const truth = canonicalise("defect_type", defectOf(labels));
        const answer = canonicalise("defect_type", defectOf(attributes));
        addDefect(tallyOf(row.arm_id), { truth, answer }, weightOf(row.inclusion));
      }
    }
  }
}

function defectOf(json: string | null): string | null {
  if (json === null) return null;
  const { defect_type: value } = JSON.parse(json) as { defect_type?: unknown };
  return typeof value === "string" ? value : null;
}

interface Meeting {
  truth: string | null;
  answer: string | null;
}

function addDefect(tally: DefectTally, { truth, answer }: Meeting, weight: number): void {
  if (truth !== null) countsOf(tally, truth)[truth === answer ? "hits" : "missed"] += weight;
  if (answer !== null && answer !== truth) countsOf(tally, answer).extra += weight;
}

function countsOf(tally: DefectTally, name: string): Counts {
  const known = tally.get(name) ?? (tally.size < maxClasses ? undefined : tally.get(""));
  if (known !== undefined) return known;
  const counts = { hits: 0, extra: 0, missed: 0 };
  tally.set(tally.size < maxClasses ? name : "", counts);
  return counts;
}

/** The mean F1, 2 hits / (2 hits + extra + missed), of all defects that were labelled or answered; null without any. */
export function macroF1(tally: DefectTally): { value: number | null; classes: number } {
  const scores = [...tally.values()].map(({ hits, extra, missed }) => (2 * hits) / (2 * hits + extra + missed));
  if (scores.length === 0) return { value: null, classes: 0 };
  return { value: scores.reduce((sum, score) => sum + score, 0) / scores.length, classes: scores.length };
}
