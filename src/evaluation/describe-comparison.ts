import { stableHash } from "../kernel/index.ts";
import { defaultMargin, createComparison } from "../statistics/index.ts";
import type { Comparison, ComparisonFacts, DecisionRules } from "../statistics/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { ArmBuild, ComparisonAnswer } from "../../schemas/index.ts";
import type { ArmsTable } from "../storage/index.ts";
import type { ArmPair } from "./arms.ts";
import type { Surroundings } from "./comparison-facts.ts";
import { enoughSamples } from "./estimate.ts";
import { pairingGraceMs } from "./pairing.ts";
import type { RunningPairs } from "./running-pairs.ts";

/** Names two arms that are compared. */
export function comparisonId({ baseline, candidate }: ArmPair): string {
  return stableHash([baseline.id, candidate.id]).slice(0, 16);
}

export function describeArm(arm: ArmsTable): ArmBuild {
  const { id, backend, model, quantization, fingerprint, prompt, schema, preparation } = arm;
  return {
    arm: id,
    backend,
    model,
    quantization,
    fingerprint,
    prompt,
    schema,
    preparation,
    simulated: arm.simulated === 1,
    first_seen_ms: arm.first_seen_ms,
  };
}

export function describeReport(report: Comparison) {
  const fields = fieldNames.map((field) => {
    const { low, high, samples, disagreement, ...rest } = report.fields[field];
    return [
      field,
      {
        difference: orNull(report.fields[field].difference, samples),
        low,
        high,
        samples,
        disagreement,
        baseline_only_right: rest.baselineOnlyRight,
        candidate_only_right: rest.candidateOnlyRight,
        null_truth: rest.nullTruth,
        valued_truth: rest.valuedTruth,
        valued_recall: {
          ...rest.valuedRecall,
          difference: orNull(rest.valuedRecall.difference, rest.valuedTruth.samples),
        },
      },
    ];
  });
  return {
    pairs: report.pairs,
    weighted: { ...report.weighted, difference: orNull(report.weighted.difference, report.pairs) },
    json_rate: { ...report.jsonRate, difference: orNull(report.jsonRate.difference, report.pairs) },
    fields: Object.fromEntries(fields) as ComparisonAnswer["fields"],
    recovery: report.recovery,
    disagreement: report.disagreement,
    verdict: report.verdict,
    reasons: [...report.reasons],
    decided_at_pairs: report.decidedAtPairs,
    pairs_to_decide: report.pairsToDecide,
  };
}

/** The statistics begin with a difference of 0: without pairs nobody has seen one. */
function orNull(difference: number, pairs: number): number | null {
  return pairs === 0 ? null : difference;
}

export function describeSurroundings({ facts, pairing, labels, labelFree }: Surroundings, pairs: RunningPairs) {
  return {
    pairing: {
      older_than_ms: pairingGraceMs,
      paired: pairing.paired,
      baseline_only: pairing.baselineOnly,
      candidate_only: pairing.candidateOnly,
      other_arms: pairing.otherArms,
      stands_for: pairing.standsFor,
      review_left_out: pairs.reviewLeftOut,
    },
    labels: describeLabels(labels),
    drift_alarms: [...facts.driftAlarms],
    without_labels: {
      garments: labelFree.garments,
      fields: Object.fromEntries(
        fieldNames.map((field) => {
          const { rate, largestGap } = labelFree.fields[field];
          return [field, { disagreement: rate, bound: largestGap }];
        }),
      ) as ComparisonAnswer["without_labels"]["fields"],
      weighted_bound: labelFree.weightedBound,
    },
  };
}

function describeLabels(labels: Surroundings["labels"]): ComparisonAnswer["labels"] {
  return {
    looked_at: labels.lookedAt,
    without_garment: labels.withoutGarment,
    request_ids_looked_at: labels.requestIdsLookedAt,
    request_ids_without_garment: labels.requestIdsWithoutGarment,
    unlabelled_answers: labels.unlabelledAnswers,
    answers_looked_at: labels.answersLookedAt,
  };
}

export function describeSlices(
  { slices }: RunningPairs,
  { failingSlices }: ComparisonFacts,
  rules: DecisionRules,
): ComparisonAnswer["slices"] {
  const margin = rules.margins["weighted"] ?? defaultMargin;
  return [...slices]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([type, differences]) => {
      const slice = `type:${type}`;
      const isEnough = differences.length >= enoughSamples;
      const difference = differences.reduce((sum, each) => sum + each, 0) / differences.length;
      return {
        slice,
        pairs: differences.length,
        insufficient: !isEnough,
        difference: isEnough ? difference : null,
        failing: failingSlices.some((phrase) => phrase.startsWith(`${slice}: `)),
        margin,
      };
    });
}

/** The two backends have not answered the same question yet. */
export function describeNothing(rules: DecisionRules, labels: Surroundings["labels"]) {
  const report = createComparison(rules).report({ days: 0, invalidReasons: [], failingSlices: [], driftAlarms: [] });
  const none = { disagreement: null, bound: 1 };
  return {
    comparison: null,
    started_at_ms: null,
    arms: null,
    ...describeReport(report),
    reasons: ["the two backends have not answered with the same prompt, schema and preparation yet", ...report.reasons],
    pairing: {
      older_than_ms: pairingGraceMs,
      paired: 0,
      baseline_only: 0,
      candidate_only: 0,
      other_arms: 0,
      stands_for: 0,
      review_left_out: 0,
    },
    labels: describeLabels(labels),
    slices: [],
    drift_alarms: [],
    without_labels: {
      garments: 0,
      fields: Object.fromEntries(
        fieldNames.map((field) => [field, none]),
      ) as ComparisonAnswer["without_labels"]["fields"],
      weighted_bound: 1,
    },
  };
}
