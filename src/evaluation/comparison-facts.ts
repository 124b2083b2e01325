import type { Clock } from "../kernel/index.ts";
import { defaultMargin, failingSlices } from "../statistics/index.ts";
import type { ComparisonFacts, DecisionRules } from "../statistics/index.ts";
import type { Storage } from "../storage/index.ts";
import type { ArmPair } from "./arms.ts";
import type { Canonicalise } from "./canonicalise.ts";
import type { DriftReader } from "./drift.ts";
import { findBrokenJoins, readLabelHealth } from "./label-health.ts";
import type { LabelHealth } from "./label-health.ts";
import { findIdenticalAnswers, readLabelFree } from "./label-free.ts";
import type { LabelFree } from "./label-free.ts";
import { findBrokenPairing, readPairing } from "./pairing.ts";
import type { Pairing } from "./pairing.ts";
import type { RunningPairs } from "./running-pairs.ts";
import { findSameBuild } from "./same-build.ts";
import type { DescribeBuild } from "./same-build.ts";

/** What stands beside the pairs of a comparison. */
export interface Surroundings {
  facts: ComparisonFacts;
  pairing: Pairing;
  labels: LabelHealth;
  labelFree: LabelFree;
}

export interface FactsParts {
  storage: Storage;
  clock: Clock;
  canonicalise: Canonicalise;
  drift: DriftReader;
  describeBuild: DescribeBuild;
}

/** Looks at everything that may invalidate a comparison or hold a promotion back. */
export async function readSurroundings(
  { storage, clock, canonicalise, drift, describeBuild }: FactsParts,
  pairs: RunningPairs,
  rules: DecisionRules,
): Promise<Surroundings> {
  const { arms } = pairs;
  const nowMs = clock.wall();
  const startedMs = startOf(arms);
  const pairing = await readPairing(storage, arms, { startedMs, nowMs });
  const labels = await readLabelHealth(storage, arms, nowMs);
  const labelFree = await readLabelFree(storage, arms, canonicalise);
  const alarms = await readAlarms(drift, arms, rules.alpha);
  return {
    pairing,
    labels,
    labelFree,
    facts: {
      days: Math.max(0, nowMs - startedMs) / 86_400_000,
      invalidReasons: [
        ...findSameBuild(arms, describeBuild),
        ...findIdenticalAnswers(labelFree),
        ...findBrokenPairing(pairing),
        ...findBrokenJoins(labels),
      ],
      failingSlices: failingSlices(
        [...pairs.slices].map(([type, differences]) => ({ name: `type:${type}`, differences })),
        { alpha: rules.alpha, margin: rules.margins["weighted"] ?? defaultMargin },
      ),
      driftAlarms: alarms,
    },
  };
}

/** A comparison begins with the later of its two arms. */
export function startOf({ baseline, candidate }: ArmPair): number {
  return Math.max(baseline.first_seen_ms, candidate.first_seen_ms);
}

/** Alpha is shared by both arms. */
async function readAlarms(drift: DriftReader, arms: ArmPair, alpha: number): Promise<string[]> {
  const alarms: string[] = [];
  for (const arm of [arms.baseline, arms.candidate]) {
    const { alarms: found } = await drift.read(arm.id, alpha / 2);
    alarms.push(...found.map((alarm) => `${arm.backend}: ${alarm}`));
  }
  return alarms;
}
