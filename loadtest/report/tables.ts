import type { Table } from "../../bench/harness/bench.ts";
import { percentile } from "../../bench/harness/statistics.ts";
import { formatFigure } from "../../bench/harness/table.ts";
import { figures } from "../figures.ts";
import { isAnswered, latencyOf } from "../judge/measure.ts";
import { judgeFigures } from "../judge/verdict.ts";
import type { Run } from "../run.ts";
import type { Sample } from "../traffic/client.ts";

const verdictWords = { holds: "holds", violated: "VIOLATED", unjudged: "not judged" } as const;

export function tabulateFigures(run: Run): Table {
  const lines = judgeFigures(run).map(({ name, value, reach, isReached }) => {
    const { unit, label } = figures[name];
    const limit = [
      ...(reach?.atLeast === undefined ? [] : [`≥ ${formatFigure(reach.atLeast, unit)}`]),
      ...(reach?.atMost === undefined ? [] : [`≤ ${formatFigure(reach.atMost, unit)}`]),
    ].join(", ");
    return [label, formatFigure(value, unit), limit, reach === null ? "" : isReached ? "reached" : "MISSED"];
  });
  return { title: "Figures", columns: ["figure", "value", "threshold", ""], lines };
}

export function tabulateInvariants({ invariants }: Run): Table {
  const lines = invariants.map(({ name, verdict, evidence }) => [name, verdictWords[verdict], evidence]);
  return { title: "Invariants", columns: ["invariant", "", "evidence"], lines };
}

export function tabulatePhases({ samples, phases, origin }: Run): Table {
  const lines = phases.map(({ label, startedAt, endedAt }) => {
    const inside = samples.filter(({ dueAt }) => dueAt >= startedAt && dueAt < endedAt);
    return [`${((startedAt - origin) / 1000).toFixed(0)} s`, label, ...describeGroup(inside)];
  });
  return { title: "Phases", columns: ["from", "phase", ...groupColumns], lines };
}

export function tabulateKinds({ samples }: Run): Table {
  const kinds = [...new Set(samples.map(({ kind }) => kind))].toSorted();
  const lines = kinds.map((kind) => [kind].concat(describeGroup(samples.filter((sample) => sample.kind === kind))));
  return { title: "Kinds of request", columns: ["kind", ...groupColumns], lines };
}

/** Every code that callers were told, a right refusal of a wrong upload included. */
export function tabulateCodes({ samples }: Run): Table {
  const groups = Map.groupBy(
    samples.filter(({ code }) => code !== ""),
    ({ code }) => code,
  );
  const lines = [...groups].map(([code, group]) => [
    code,
    [...new Set(group.map(({ status }) => status || "none"))].join(", "),
    String(group.length),
    [...new Set(group.map(({ outcome }) => outcome))].join(", "),
  ]);
  return { title: "Errors by code", columns: ["code", "status", "number", "counted as"], lines };
}

const groupColumns = ["requests", "answered", "refused", "shed", "expired", "failed", "p50", "p95", "p99"];

function describeGroup(group: readonly Sample[]): string[] {
  const count = (outcome: string): string => String(group.filter((sample) => sample.outcome === outcome).length);
  const latencies = group.filter(isAnswered).map(latencyOf);
  const quantile = (share: number): string =>
    latencies.length === 0 ? "" : formatFigure(percentile(latencies, share), "ms");
  return [
    String(group.length),
    ...["answered", "refused", "shed", "expired", "failed"].map(count),
    ...[0.5, 0.95, 0.99].map(quantile),
  ];
}
