import type { BenchResult } from "../harness/bench.ts";
import { formatFigure } from "../harness/table.ts";
import { compact } from "../load/sample.ts";
import { costRows } from "./cost-report.ts";
import { evaluationRows } from "./evaluation-report.ts";
import type { EvaluationRuns } from "./evaluation-report.ts";
import { latencyChart, latencyRows, latencyTable } from "./latency-report.ts";
import { slots, visionTokens } from "./plan.ts";
import type { CaseRun } from "./rounds.ts";
import type { Window } from "./window.ts";

export function reportShadow(runs: readonly CaseRun[], evaluation: EvaluationRuns): BenchResult {
  return {
    setup: [
      `The gateway before two builds of the built-in simulator, no real model: the baseline as fp8, the candidate as nvfp4, ${slots} slots each. Gateway, builds and load generator are processes of their own; builds on one card share theirs.`,
      `Store: SQLite in a file, \`storage.images.retain: labelled\`, so that the images of what is mirrored are stored. Every photo is new to every cache, takes ${visionTokens} vision tokens at most and lies on the model's grid already; \`Cache-Control: no-store\`.`,
      "Independent callers (Poisson), latency counted from when each was due. Each round has the mirror off twice and on twice, in the order A B B A, under the very same arrivals and garments.",
      ...runs.map(describeCase),
    ],
    rows: [...runs.flatMap(latencyRows), ...runs.flatMap(costRows), ...evaluationRows(evaluation)],
    tables: [latencyTable(runs)],
    charts: [latencyChart(runs)],
    raw: {
      samples: "due, sent, ended (ms), outcome, code, backend, Retry-After (s)",
      evaluation,
      runs: runs.map(({ rounds, ...run }) => ({
        ...run,
        rounds: rounds.map(({ on, off }) => ({ on: on.map(toRaw), off: off.map(toRaw) })),
      })),
    },
  };
}

function describeCase({ one, capacityPerSecond, offeredPerSecond }: CaseRun): string {
  const { title, load, isCardShared, role, mirrorRate } = one;
  const cards = isCardShared ? "both on one card (`backends[].card`)" : "each on a card of its own";
  const mirrored = role === "shadow" ? "the candidate gets mirrored calls only" : "both serve callers";
  return `${capitalise(title)}: ${cards}, ${mirrored}; \`shadow.mirror_rate\` ${mirrorRate}, all else as by default. Offered ${formatFigure(offeredPerSecond, "per_s")}, ${formatFigure(load, "share")} of the ${formatFigure(capacityPerSecond, "per_s")} that the live builds gave under full load.`;
}

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function toRaw({ samples, latenciesMs: _latencies, ...window }: Window) {
  const origin = Math.min(...samples.map(({ dueAt }) => dueAt));
  return { ...window, origin, samples: compact(samples, origin) };
}
