import { fieldNames } from "../../../schemas/index.ts";
import type { FieldName } from "../../../schemas/index.ts";
import type { RecordScore, Scorer } from "../../scoring/index.ts";
import { quantiles, wilson } from "../../statistics/index.ts";
import type { Asked, Run, Target } from "./protocol.ts";

interface FieldSummary {
  samples: number;
  accuracy: number;
  low: number;
  high: number;
  /** Of the samples whose label has a value; null where none has. */
  valued_recall: number | null;
}

export interface Summary {
  samples: number;
  failed: number;
  failures: Record<string, number>;
  simulated: boolean;
  backends: Record<string, number>;
  concurrency: number;
  samples_per_second: number;
  /** Of the answers; null where there is none. */
  latency_ms: { p50: number | null; p95: number | null; p99: number | null };
  weighted: { mean: number; low: number; high: number };
  structured_match: number;
  quality: { mean: number; partial: boolean };
  json_rate: number;
  fields: Record<FieldName, FieldSummary>;
  scorer: string;
  answers: object[];
}

/** Scores a run: a sample that was not answered counts 0 everywhere. */
export function summarise({ asked, seconds, callers }: Run, scorer: Scorer): Summary {
  const scored = asked.map((each) => ({
    each,
    score: scorer.scoreRecord(each.attributes, each.sample.labels).finish(),
  }));
  const mean = (read: (score: RecordScore, each: Asked) => number): number =>
    scored.reduce((sum, { score, each }) => sum + read(score, each), 0) / Math.max(1, scored.length);
  const answered = asked.filter(({ failure }) => failure === null);
  const { p50, p95, p99 } = quantiles(answered.map(({ latencyMs }) => latencyMs));
  const weighted = mean((score) => score.weighted ?? 0);
  return {
    samples: asked.length,
    failed: asked.length - answered.length,
    failures: countBy(asked, ({ failure }) => failure),
    simulated: answered.some(({ isSimulated }) => isSimulated),
    backends: countBy(asked, ({ backend }) => backend),
    concurrency: callers,
    samples_per_second: answered.length / seconds,
    latency_ms: { p50, p95, p99 },
    weighted: { mean: weighted, ...wilson(weighted, asked.length) },
    structured_match: mean((score) => score.structuredMatch),
    quality: { mean: mean((score) => score.quality.value), partial: scored.some(({ score }) => score.quality.partial) },
    json_rate: mean((_score, { failure, isRepaired }) => (failure === null && !isRepaired ? 1 : 0)),
    fields: Object.fromEntries(
      fieldNames.map((field, at) => [
        field,
        summariseField(
          scored.map(({ score }) => score),
          at,
        ),
      ]),
    ) as Record<FieldName, FieldSummary>,
    scorer: scorer.scorerVersion,
    answers: scored.map(({ each, score }) => ({
      image: each.sample.image,
      backend: each.backend,
      failure: each.failure,
      latency_ms: Math.round(each.latencyMs),
      attributes: each.attributes,
      labels: each.sample.labels,
      marks: score.marks,
      weighted: score.weighted,
      quality: score.quality.value,
    })),
  };
}

function summariseField(scores: readonly RecordScore[], at: number): FieldSummary {
  const labelled = scores.filter(({ marks }) => marks[at] !== "-");
  const valued = labelled.filter(({ truths }) => truths[at] === "v");
  const share = (of: readonly RecordScore[]): number => of.filter(({ marks }) => marks[at] === "1").length / of.length;
  const accuracy = labelled.length === 0 ? 0 : share(labelled);
  return {
    samples: labelled.length,
    accuracy,
    ...wilson(accuracy, labelled.length),
    valued_recall: valued.length === 0 ? null : share(valued),
  };
}

function countBy<T>(items: readonly T[], read: (item: T) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const key = read(item);
    if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const percent = (share: number | null): string => (share === null ? "-" : `${(share * 100).toFixed(1)} %`);

const ms = (value: number | null): string => (value === null ? "-" : `${Math.round(value)} ms`);

/** The summary for a person. */
export function renderReport(summary: Summary, { url, model }: Target): string {
  const { weighted, quality, latency_ms: latency, fields } = summary;
  const failures = Object.entries(summary.failures).map(([code, count]) => `${count} ${code}`);
  const rows = fieldNames.map((field) => {
    const { samples, accuracy, low, high, valued_recall: recall } = fields[field];
    const interval = samples === 0 ? "" : `${percent(low)} to ${percent(high)}`;
    return [field, String(samples), samples === 0 ? "-" : percent(accuracy), interval, percent(recall)];
  });
  return [
    `${summary.samples} samples at ${url}${model === null ? "" : `, ${model}`}: ${Object.entries(summary.backends)
      .map(([backend, count]) => `${count} by ${backend}`)
      .join(", ")}`,
    ...(summary.simulated ? ["Answered by the built-in simulator: no real model."] : []),
    ...(failures.length > 0 ? [`${summary.failed} failed, each scores 0: ${failures.join(", ")}`] : []),
    "",
    table([["field", "labelled", "right", "95 %", "right where labelled with a value"], ...rows]),
    "",
    `weighted          ${percent(weighted.mean)} (${percent(weighted.low)} to ${percent(weighted.high)})`,
    `structured match  ${percent(summary.structured_match)}`,
    `quality           ${percent(quality.mean)}${quality.partial ? " (partial: without SBERT)" : ""}`,
    `JSON rate         ${percent(summary.json_rate)}`,
    `throughput        ${summary.samples_per_second.toFixed(1)} samples/s with ${summary.concurrency} callers`,
    `latency           p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, p99 ${ms(latency.p99)}`,
  ].join("\n");
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
