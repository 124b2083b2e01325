import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { addTo, emptyMoments, weightOf } from "../statistics/index.ts";
import type { Moments } from "../statistics/index.ts";
import { createDurations } from "./durations.ts";
import type { Durations } from "./durations.ts";
import type { ScoredRow } from "./scored-rows.ts";

/** What one arm's rows say of one field; `valued` and `absent` split the labels by whether the truth is a value. */
export interface FieldTally {
  all: Moments;
  valued: Moments;
  absent: Moments;
}

/** One arm's rows, folded: everything a line of the leaderboard says, in memory that does not grow with them. */
export interface ArmTally {
  rows: number;
  failures: number;
  weighted: Moments;
  quality: Moments;
  /** Whether any row's quality lacks a part. */
  isPartial: boolean;
  clean: Moments;
  fields: Record<FieldName, FieldTally>;
  /** Of answers that did not fail, by where they came from. */
  latencies: Map<string, Durations>;
}

const right = "1".charCodeAt(0);
const unlabelled = "-".charCodeAt(0);
const valued = "v".charCodeAt(0);

export function emptyArmTally(): ArmTally {
  return {
    rows: 0,
    failures: 0,
    weighted: emptyMoments(),
    quality: emptyMoments(),
    isPartial: false,
    clean: emptyMoments(),
    fields: Object.fromEntries(
      fieldNames.map((field) => [field, { all: emptyMoments(), valued: emptyMoments(), absent: emptyMoments() }]),
    ) as Record<FieldName, FieldTally>,
    latencies: new Map(),
  };
}

/** Adds one scored row, weighted by the inverse of the chance that the arm had to see it. */
export function addRow(tally: ArmTally, row: ScoredRow): void {
  const weight = weightOf(row.inclusion);
  tally.rows += 1;
  addTo(tally.weighted, row.weighted, weight);
  addTo(tally.quality, row.quality, weight);
  if (row.quality_partial === 1) tally.isPartial = true;
  addTo(tally.clean, row.is_clean, weight);
  for (let at = 0; at < fieldNames.length; at += 1) {
    const mark = row.marks.charCodeAt(at);
    if (mark === unlabelled) continue;
    const field = tally.fields[fieldNames[at] as FieldName];
    const value = mark === right ? 1 : 0;
    addTo(field.all, value, weight);
    addTo(row.truths.charCodeAt(at) === valued ? field.valued : field.absent, value, weight);
  }
  if (row.outcome === "failed") {
    tally.failures += 1;
    return;
  }
  let durations = tally.latencies.get(row.origin);
  if (durations === undefined) {
    durations = createDurations();
    tally.latencies.set(row.origin, durations);
  }
  durations.add(row.latency_ms);
}
