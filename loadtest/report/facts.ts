import { describeConditions } from "../../bench/harness/conditions.ts";
import { findFaults } from "../judge/verdict.ts";
import type { Run } from "../run.ts";

/** Above this the machine was busy enough to be part of what was measured. */
const busyShare = 0.9;

export function commandOf({ name, options: { seconds, rate, samplesDir, isQuick, seed } }: Run): string {
  const flags = [
    ...(seconds === null ? [] : [`--duration ${seconds}s`]),
    ...(rate === null ? [] : [`--rate ${rate}`]),
    ...(samplesDir === "samples/garments" ? [] : [`--samples ${samplesDir}`]),
    ...(isQuick ? ["--quick"] : []),
    ...(seed === 1 ? [] : [`--seed ${seed}`]),
  ];
  return ["npm run loadtest --", name, ...flags].join(" ");
}

/** What a reader must know before the figures. */
export function factsOf(run: Run): string[] {
  const { conditions, setup, notes, options } = run;
  const isBusy = conditions.cpuBusy > busyShare;
  return [
    describeConditions(conditions, commandOf(run)),
    setup,
    `Garments come from ${options.samplesDir}.`,
    ...notes,
    ...(isBusy ? ["This machine was busy to the brim: latencies and rates are partly its own."] : []),
    ...(options.isQuick ? ["A quick run: it shows that the scenario runs; its windows are short."] : []),
  ];
}

/** The run's outcome in a line, then what is wrong, a line each. */
export function verdictOf(run: Run): { passes: boolean; headline: string; faults: string[] } {
  const faults = findFaults(run);
  const passes = faults.length === 0;
  return { passes, headline: `${run.name}: ${passes ? "passes" : "FAILS"}`, faults };
}
