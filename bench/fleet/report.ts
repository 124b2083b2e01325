import type { BenchResult } from "../harness/bench.ts";
import { compact } from "../load/sample.ts";
import type { Sample } from "../load/sample.ts";
import { capacityRows, capacityTable } from "./capacity-report.ts";
import { faultRows, faultTable, outageChart } from "./faults-report.ts";
import type { FaultRuns } from "./faults-report.ts";
import { limitChart, limitRows } from "./limit-report.ts";
import type { LimitRun } from "./limit.ts";
import { goodputChart, overloadRows, overloadTable } from "./overload-report.ts";
import { builds, callersPerSlot, deadlineMs, slots } from "./plan.ts";
import type { Round } from "./round.ts";

/** Everything that was measured. */
export interface FleetRuns extends FaultRuns {
  rounds: readonly Round[];
  limit: LimitRun;
}

export function reportFleet(runs: FleetRuns): BenchResult {
  const { rounds, outage, hang, limit } = runs;
  const speeds = builds.map(({ relativeSpeed }) => relativeSpeed).join(" : ");
  return {
    setup: [
      `The gateway with its default configuration before three builds of the built-in simulator, no real model: ${slots} slots each, speeds ${speeds}. Gateway, builds and load generator are processes of their own.`,
      "Every photo is new to every cache and lies on the model's grid already, so that nothing is resized; `Cache-Control: no-store`.",
      `Capacity, kill and hang: ${callersPerSlot} callers a slot, each waiting for its answer. Load over capacity: independent callers (Poisson) with a deadline of ${deadlineMs} ms, latency counted from when each was due.`,
    ],
    rows: [...capacityRows(rounds), ...overloadRows(rounds), ...faultRows(runs), ...limitRows(limit)],
    tables: [capacityTable(rounds), overloadTable(rounds), faultTable(runs)],
    charts: [goodputChart(rounds), outageChart(runs), limitChart(limit)],
    raw: {
      samples: "due, sent, ended (ms), outcome, code, backend, Retry-After (s)",
      rounds: rounds.map(({ capacity, overload }) => ({
        capacity: [...capacity.values()].map(withCompactSamples),
        overload: [...overload.values()].map(withCompactSamples),
      })),
      outage: withCompactSamples(outage),
      hang: withCompactSamples(hang),
      limit,
    },
  };
}

function withCompactSamples<R extends { samples: readonly Sample[] }>({ samples, ...run }: R) {
  const origin = Math.min(...samples.map(({ dueAt }) => dueAt));
  return { ...run, origin, samples: compact(samples, origin) };
}
