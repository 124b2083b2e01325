import type { Clock } from "../kernel/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { ComparisonAnswer } from "../../schemas/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import type { Audit } from "./audit.ts";
import type { ReplayEvidence } from "./replay-evidence.ts";
import { createReplayWatch } from "./replay-watch.ts";
import type { Comparisons, ComparisonSettings } from "./comparison.ts";

/** Looks at the configured comparison again and again: gauges follow it, and every change of its verdict is recorded. */
export interface VerdictWatch {
  start(): void;
  /** One look, whether or not anything is new. Null where nothing is configured. */
  look(): Promise<ComparisonAnswer | null>;
  close(): Promise<void>;
}

type WatchedGauge = (typeof watchedGauges)[number];

interface Parts {
  storage: Storage;
  clock: Clock;
  log: Log;
  instruments: Pick<Instruments, WatchedGauge | "auditValid" | "shadowReplayDifference" | "shadowReplayWorse">;
  comparisons: Comparisons;
  settings: () => ComparisonSettings;
  audit: Audit;
  /** What a record holds of the code that judged. */
  versions: () => Record<string, string>;
  readReplays: (armId: string) => Promise<ReplayEvidence | null>;
}

const everyMs = 10_000;
const checkRecordEveryMs = 3_600_000;
const watchedGauges = [
  "shadowFieldScore",
  "shadowWeightedScore",
  "shadowJsonRate",
  "shadowVerdict",
  "shadowDifference",
  "shadowPairs",
  "shadowDriftAlarms",
] as const;
const verdicts = ["promote", "reject", "inconclusive", "invalid", "collecting"] as const;

export function createVerdictWatch(parts: Parts): VerdictWatch {
  const { storage, clock, log, comparisons, settings, audit, versions } = parts;
  let isClosed = false;
  let cancel = (): void => {};
  let running: Promise<unknown> = Promise.resolve();
  const replayWatch = createReplayWatch(parts);
  let lastRecorded = "";
  let checkRecordAt = -Infinity;

  async function look(): Promise<ComparisonAnswer | null> {
    const { baseline, candidate } = settings();
    if (baseline === "" || candidate === "" || baseline === candidate) return null;
    const answer = await comparisons.read({});
    setGauges(parts.instruments, answer);
    await record(answer);
    await replayWatch.look(answer.arms);
    return answer;
  }

  async function record(answer: ComparisonAnswer): Promise<void> {
    const { comparison: id, verdict } = answer;
    const key = `${id} ${verdict}`;
    if (id === null || key === lastRecorded) return;
    // Another replica, or this one before its restart, may have said so.
    const isTold = async (): Promise<boolean> => {
      const last = (await audit.newest("verdict", keptVerdicts)).find((entry) => bodyOf(entry.body).comparison === id);
      return last !== undefined && bodyOf(last.body).verdict === verdict;
    };
    await audit.append("verdict", "gateway", decisionBody(answer, versions()), isTold);
    lastRecorded = key;
  }

  /** Reading all of the record takes a moment: it holds decisions, which are few. */
  async function checkRecord(): Promise<void> {
    if (clock.now() < checkRecordAt) return;
    const { valid, broken_at: brokenAt } = await audit.check();
    parts.instruments.auditValid.set(Number(valid));
    checkRecordAt = clock.now() + checkRecordEveryMs;
    if (!valid)
      log.error({ seq: brokenAt }, "the record of decisions was changed: an entry does not fit the one before it");
  }

  async function tick(): Promise<void> {
    try {
      if (storage.isAvailable) {
        await look();
        await checkRecord();
      }
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) log.error({ err: error }, "the comparison could not be looked at");
    }
    schedule();
  }

  function schedule(): void {
    if (isClosed) return;
    cancel = clock.after(everyMs, () => {
      running = tick();
    });
  }

  return {
    start: schedule,
    look,
    async close() {
      isClosed = true;
      cancel();
      await running;
    },
  };
}

/** Comparisons change with every build: the last verdict of this one is among these. */
const keptVerdicts = 200;

function bodyOf(body: unknown): { comparison?: unknown; verdict?: unknown } {
  return typeof body === "object" && body !== null ? body : {};
}

/** What a record holds of a comparison: all that is needed to understand the verdict later. */
export function decisionBody(answer: ComparisonAnswer, versions: Record<string, string>): Record<string, unknown> {
  const { baseline, candidate, comparison, started_at_ms: startedMs, arms, decision, pairs, weighted, fields } = answer;
  return {
    comparison,
    baseline,
    candidate,
    arms,
    decision,
    window: { from_ms: startedMs, to_ms: answer.as_of_ms },
    pairs,
    weighted,
    fields: Object.fromEntries(
      fieldNames.map((field) => {
        const { difference, low, high, samples } = fields[field];
        return [field, { difference, low, high, samples }];
      }),
    ),
    verdict: answer.verdict,
    reasons: answer.reasons,
    decided_at_pairs: answer.decided_at_pairs,
    versions,
  };
}

/** Only the arms that are compared now: their number never grows. */
function setGauges(instruments: Pick<Instruments, WatchedGauge>, answer: ComparisonAnswer): void {
  for (const gauge of watchedGauges) instruments[gauge].reset();
  const { shadowFieldScore, shadowWeightedScore, shadowJsonRate, shadowVerdict } = instruments;
  const { shadowDifference, shadowPairs, shadowDriftAlarms } = instruments;
  shadowPairs.set(answer.pairs);
  shadowDriftAlarms.set(answer.drift_alarms.length);
  const measures = { weighted: answer.weighted, json_rate: answer.json_rate, ...answer.fields };
  for (const [measure, { difference, low, high }] of Object.entries(measures)) {
    if (difference !== null) shadowDifference.set({ measure, bound: "estimate" }, difference);
    shadowDifference.set({ measure, bound: "low" }, low);
    shadowDifference.set({ measure, bound: "high" }, high);
  }
  for (const verdict of verdicts) {
    const { baseline, candidate } = answer;
    shadowVerdict.set({ baseline, candidate, verdict }, Number(verdict === answer.verdict));
  }
  for (const side of ["baseline", "candidate"] as const) {
    const build = answer.arms?.[side];
    if (build === undefined) continue;
    const arm = `${build.backend}:${build.arm.slice(0, 8)}`;
    const { weighted, json_rate: jsonRate } = answer;
    if (weighted[side] !== null) shadowWeightedScore.set({ arm }, weighted[side]);
    if (jsonRate[side] !== null) shadowJsonRate.set({ arm }, jsonRate[side]);
    for (const field of fieldNames) {
      const accuracy = accuracyOf(answer.fields[field], side);
      if (accuracy !== null) shadowFieldScore.set({ arm, field }, accuracy);
    }
  }
}

/** Of all labelled pairs: those whose truth is a value, and those whose truth is that there is none. */
function accuracyOf(field: ComparisonAnswer["fields"]["type"], side: "baseline" | "candidate"): number | null {
  const { null_truth: absent, valued_truth: valued, samples } = field;
  if (samples === 0) return null;
  return ((absent[side] ?? 0) * absent.samples + (valued[side] ?? 0) * valued.samples) / samples;
}
