import type { Clock } from "../kernel/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { ArmScores, FieldName, LeaderboardAnswer, LeaderboardQuery } from "../../schemas/index.ts";
import type { Scorer as Scoring } from "../scoring/index.ts";
import { meanOf } from "../statistics/index.ts";
import type { ArmsTable, Storage } from "../storage/index.ts";
import { readArms } from "./arms.ts";
import { addRow, emptyArmTally } from "./arm-tally.ts";
import type { ArmTally, FieldTally } from "./arm-tally.ts";
import type { Canonicalise } from "./canonicalise.ts";
import { readConsistency } from "./consistency.ts";
import type { Consistency } from "./consistency.ts";
import { addDefects, macroF1 } from "./defect-classes.ts";
import type { DefectTally } from "./defect-classes.ts";
import type { Durations } from "./durations.ts";
import { enoughSamples, estimateOf } from "./estimate.ts";
import { readRowFilter } from "./row-filter.ts";
import { readScoredRows } from "./scored-rows.ts";
import { createSliceTally } from "./slice-tally.ts";

interface Parts {
  storage: Storage;
  clock: Clock;
  canonicalise: Canonicalise;
  consistency: Scoring["consistency"];
  /** After this time it is made of the newest rows read so far. */
  timeLimitMs?: number;
}

const defaultTimeLimitMs = 5_000;

/**
 * One line for each arm with scored answers in the window, the best first. Rows are read once, newest first, in pages of
 * narrow columns, and folded: memory does not grow with the table.
 * @throws GatewayError request_invalid
 */
export async function readLeaderboard(
  { storage, clock, canonicalise, consistency: measure, timeLimitMs = defaultTimeLimitMs }: Parts,
  query: LeaderboardQuery,
): Promise<LeaderboardAnswer> {
  const deadline = clock.now() + timeLimitMs;
  const filter = readRowFilter(query, { window: "24h", designs: "audit,import", nowMs: clock.wall() }, canonicalise);
  const arms = await readArms(storage);
  const tallies = new Map<string, { scores: ArmTally; defects: DefectTally }>();
  const slices = filter.by === undefined ? null : createSliceTally(filter.by, canonicalise);
  const leftOut: Record<string, number> = {};
  let isComplete = true;
  let rows = 0;

  function tallyOf(armId: string): { scores: ArmTally; defects: DefectTally } {
    let tally = tallies.get(armId);
    if (tally === undefined) {
      tally = { scores: emptyArmTally(), defects: new Map() };
      tallies.set(armId, tally);
    }
    return tally;
  }

  const pages = readScoredRows(storage, filter, {
    canonicalise,
    backends: new Map([...arms].map(([id, arm]) => [id, arm.backend])),
    isTimeUp: () => clock.now() > deadline,
    onCut: () => (isComplete = false),
    onLeftOut: (design) => (leftOut[design] = (leftOut[design] ?? 0) + 1),
  });
  for await (const page of pages) {
    for (const row of page) {
      addRow(tallyOf(row.arm_id).scores, row);
      slices?.add(row);
    }
    rows += page.length;
    await addDefects(storage, page, { canonicalise, tallyOf: (armId) => tallyOf(armId).defects });
  }
  const consistency = await readConsistency(storage, measure, {
    armIds: [...tallies.keys()],
    sinceMs: filter.sinceMs,
  });

  return {
    window: filter.window,
    since_ms: filter.sinceMs,
    slices: query.slice ?? [],
    designs: [...filter.designs],
    complete: isComplete,
    rows,
    left_out: leftOut,
    arms: [...tallies]
      .map(([id, tally]) => describeArm(arms.get(id) as ArmsTable, tally, consistency.get(id)))
      .sort((a, b) => (b.weighted.mean ?? 0) - (a.weighted.mean ?? 0)),
    ...(slices !== null && { by: { dimension: query.by ?? "", ...slices.describe(arms) } }),
  };
}

function describeArm(
  arm: ArmsTable,
  { scores, defects }: { scores: ArmTally; defects: DefectTally },
  consistency: Consistency = { value: null, garments: 0, repeats: 0 },
): ArmScores {
  return {
    arm: arm.id,
    backend: arm.backend,
    model: arm.model,
    quantization: arm.quantization,
    fingerprint: arm.fingerprint,
    prompt: arm.prompt,
    schema: arm.schema,
    preparation: arm.preparation,
    simulated: arm.simulated === 1,
    samples: scores.rows,
    insufficient: scores.rows < enoughSamples,
    failures: scores.failures,
    weighted: estimateOf(scores.weighted),
    quality: { mean: meanOf(scores.quality), partial: scores.isPartial },
    json_rate: meanOf(scores.clean),
    fields: Object.fromEntries(
      fieldNames.map((field) => [field, describeField(scores.fields[field])]),
    ) as ArmScores["fields"],
    defect_macro_f1: macroF1(defects),
    consistency,
    latency_ms: describeLatency(scores.latencies),
    latency_by_origin_ms: Object.fromEntries(
      [...scores.latencies].map(([origin, durations]) => [origin, quantilesOf(durations)]),
    ),
    throughput: null,
  };
}

function describeField({ all, valued, absent }: FieldTally): ArmScores["fields"][FieldName] {
  const { mean, low, high } = estimateOf(all);
  return {
    accuracy: mean,
    low,
    high,
    samples: all.rows,
    insufficient: all.rows < enoughSamples,
    valued_recall: meanOf(valued),
    valued_samples: valued.rows,
    null_accuracy: meanOf(absent),
    null_samples: absent.rows,
  };
}

/** What callers wait for, where there were any: mirrored answers are made when there is room for them. */
function describeLatency(latencies: ReadonlyMap<string, Durations>): ArmScores["latency_ms"] {
  const [origin, durations] =
    ["live", "mirror", "backfill"].map((each) => [each, latencies.get(each)] as const).find((pair) => pair[1]) ?? [];
  if (durations === undefined) return { p50: null, p95: null, p99: null, samples: 0, origin: null };
  return { ...quantilesOf(durations), origin: origin ?? null };
}

function quantilesOf(durations: Durations) {
  return {
    p50: durations.quantile(0.5),
    p95: durations.quantile(0.95),
    p99: durations.quantile(0.99),
    samples: durations.count,
  };
}
