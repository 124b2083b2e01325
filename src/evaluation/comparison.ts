import { stableHash } from "../kernel/index.ts";
import type { DecisionRules } from "../statistics/index.ts";
import type { ComparisonAnswer, ComparisonQuery } from "../../schemas/index.ts";
import type { Storage } from "../storage/index.ts";
import { findCurrentPair } from "./arms.ts";
import type { ArmPair } from "./arms.ts";
import { readCoverage } from "./coverage-hours.ts";
import { readSurroundings, startOf } from "./comparison-facts.ts";
import type { FactsParts, Surroundings } from "./comparison-facts.ts";
import {
  comparisonId,
  describeArm,
  describeNothing,
  describeReport,
  describeSlices,
  describeSurroundings,
} from "./describe-comparison.ts";
import { notFound, requestInvalid } from "./errors.ts";
import { readLabelHealth } from "./label-health.ts";
import type { DescribeBuild } from "./same-build.ts";
import { createRunningPairs } from "./running-pairs.ts";
import type { RunningPairs } from "./running-pairs.ts";

/** What is compared, and how it is decided. */
export interface ComparisonSettings {
  baseline: string;
  candidate: string;
  decision: DecisionRules;
}

export interface ComparisonParts extends FactsParts {
  settings: () => ComparisonSettings;
}

export interface Comparisons {
  /**
   * Where the comparison of two backends stands. Cheap to ask again and again: only what is new is read.
   * @throws GatewayError request_invalid, not_found
   */
  read(query: ComparisonQuery): Promise<ComparisonAnswer>;
}

/** One more than anybody compares; each holds a number for every pair. */
const keptComparisons = 8;
/** What stands beside the pairs changes slowly, and is looked at no more often. */
const surroundingsMs = 5_000;
interface Kept {
  pairs: RunningPairs;
  rules: string;
  surroundings: { value: Surroundings; atMs: number; pairs: number } | null;
}

export function createComparisons(parts: ComparisonParts): Comparisons {
  const { storage, clock, canonicalise, settings, describeBuild } = parts;
  const kept = new Map<string, Kept>();

  /** The arms' running pairs; another pair of arms, or other rules, begin anew. */
  function keep(arms: ArmPair, rules: DecisionRules): Kept {
    const id = comparisonId(arms);
    const known = kept.get(id);
    kept.delete(id);
    const entry =
      known?.rules === stableHash(rules)
        ? known
        : {
            pairs: createRunningPairs({ storage, canonicalise, rules, arms, now: () => clock.now() }),
            rules: stableHash(rules),
            surroundings: null,
          };
    kept.set(id, entry);
    const [oldest] = kept.keys();
    if (kept.size > keptComparisons && oldest !== undefined) kept.delete(oldest);
    return entry;
  }

  async function look(entry: Kept, rules: DecisionRules): Promise<Surroundings> {
    await entry.pairs.update();
    const { surroundings, pairs } = entry;
    const isFresh = surroundings !== null && clock.now() - surroundings.atMs < surroundingsMs;
    if (isFresh && surroundings.pairs === pairs.pairs) return surroundings.value;
    const value = await readSurroundings(parts, pairs, rules);
    entry.surroundings = { value, atMs: clock.now(), pairs: pairs.pairs };
    return value;
  }

  return {
    async read(query) {
      const { decision: rules, ...configured } = settings();
      const baseline = query.baseline ?? configured.baseline;
      const candidate = query.candidate ?? configured.candidate;
      await checkBackends(storage, describeBuild, { baseline, candidate });
      const arms = await findCurrentPair(storage, baseline, candidate);
      const coverage = await readCoverage(storage, [baseline, candidate], clock.wall());
      const common = { baseline, candidate, decision: { ...rules }, coverage, as_of_ms: clock.wall() };
      if (arms === null) {
        const labels = await readLabelHealth(storage, null, clock.wall());
        return { ...common, ...describeNothing(rules, labels) };
      }
      const entry = keep(arms, rules);
      const surroundings = await look(entry, rules);
      const report = entry.pairs.comparison.report(surroundings.facts);
      return {
        ...common,
        comparison: comparisonId(arms),
        started_at_ms: startOf(arms),
        arms: { baseline: describeArm(arms.baseline), candidate: describeArm(arms.candidate) },
        ...describeReport(report),
        ...describeSurroundings(surroundings, entry.pairs),
        slices: describeSlices(entry.pairs, surroundings.facts, rules),
      };
    },
  };
}

/** @throws GatewayError request_invalid, not_found */
export async function checkBackends(
  { db }: Storage,
  describeBuild: DescribeBuild,
  { baseline, candidate }: { baseline: string; candidate: string },
): Promise<void> {
  if (baseline === "" || candidate === "") {
    throw requestInvalid(
      "Name both backends: this gateway's configuration has no shadow.baseline and shadow.candidate.",
    );
  }
  if (baseline === candidate) {
    throw requestInvalid("Name two different backends as baseline and candidate.", {
      errors: [{ path: "candidate", message: "must differ from baseline" }],
    });
  }
  for (const id of [baseline, candidate]) {
    if (describeBuild(id) !== null) continue;
    const seen = await db.selectFrom("arms").select("id").where("backend", "=", id).executeTakeFirst();
    if (seen === undefined) {
      throw notFound(`No backend has the id ${JSON.stringify(id)}. GET /v1/models lists them.`);
    }
  }
}
