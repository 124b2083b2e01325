import type { RunRecord } from "../../../loadtest/judge/invariants.ts";
import { scenarios } from "../../../loadtest/scenarios/index.ts";
import type { Sample } from "../../../loadtest/traffic/client.ts";
import type { Scrape } from "../../../loadtest/watch/scrape.ts";

let count = 0;

/** A request that was answered, unless told otherwise. */
export function sample(changes: Partial<Sample> = {}): Sample {
  count += 1;
  return {
    kind: "raw",
    priority: "interactive",
    idempotencyKey: null,
    deadlineMs: 4000,
    dueAt: 1000,
    sentAt: 1000,
    endedAt: 1200,
    status: 200,
    outcome: "answered",
    code: "",
    id: `gar_${count}`,
    backend: "b0",
    cache: "miss",
    isClean: true,
    retryAfterSeconds: null,
    ...changes,
  };
}

export function failedSample(status: number, code: string, changes: Partial<Sample> = {}): Sample {
  return sample({ status, code, outcome: "failed", id: null, backend: null, ...changes });
}

/** A gateway at rest. */
export function scrapeOf(changes: Partial<Scrape> = {}): Scrape {
  return {
    at: 0,
    requestsInFlight: 0,
    backendInFlight: 0,
    residentBytes: 200 * 2 ** 20,
    heapBytes: 60 * 2 ** 20,
    cpuSeconds: 0,
    ended: {},
    ...changes,
  };
}

/** A run of `steady` in which the gateway counted what the samples say. */
export function recordOf(samples: readonly Sample[], changes: Partial<RunRecord> = {}): RunRecord {
  const ended: Record<string, number> = {};
  for (const { status } of samples) if (status > 0) ended[status] = (ended[status] ?? 0) + 1;
  return {
    samples,
    watch: { before: scrapeOf(), during: [], after: scrapeOf({ ended }) },
    scenario: scenarios.steady,
    findings: { figures: {}, notes: [] },
    isOwn: true,
    ...changes,
  };
}
