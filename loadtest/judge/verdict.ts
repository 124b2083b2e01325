import type { Reach } from "../../bench/harness/bench.ts";
import { isWithin } from "../../bench/harness/table.ts";
import type { FigureName } from "../figures.ts";
import type { Run } from "../run.ts";
import { quickThresholds, thresholds } from "../thresholds.ts";

export interface JudgedFigure {
  name: FigureName;
  value: number;
  reach: Reach | null;
  isReached: boolean;
}

/** A run's figures against the thresholds; one that has a threshold and was not measured is not reached. */
export function judgeFigures({ name, options, figures }: Run): JudgedFigure[] {
  const wanted = { ...thresholds[name], ...(options.isQuick ? quickThresholds[name] : {}) };
  const names = new Set([...Object.keys(figures), ...Object.keys(wanted)] as FigureName[]);
  return [...names].map((name) => {
    const value = figures[name] ?? Number.NaN;
    const reach = wanted[name] ?? null;
    return { name, value, reach, isReached: reach === null || isWithin(value, reach) };
  });
}

/** What is wrong with a run, a sentence each; none: it passes. */
export function findFaults(run: Run): string[] {
  return [
    ...(run.stopped === null ? [] : [`the run ended early: ${run.stopped}`]),
    ...(run.samples.length === 0 ? ["nothing was sent"] : []),
    ...run.invariants
      .filter(({ verdict }) => verdict === "violated")
      .map(({ name, evidence }) => `violated: ${name} (${evidence})`),
    ...judgeFigures(run)
      .filter(({ isReached }) => !isReached)
      .map(
        ({ name, value }) =>
          `threshold missed: ${name} is ${Number.isNaN(value) ? "not measured" : value.toPrecision(4)}`,
      ),
  ];
}
