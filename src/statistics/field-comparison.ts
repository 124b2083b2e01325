import { createEvidence } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";

/** A share of both arms, over the same garments; null where there are none. */
export interface Shares {
  samples: number;
  baseline: number | null;
  candidate: number | null;
}

/** One field of both arms, held against the same labels. */
export interface FieldComparison {
  /** Accuracy of the candidate minus that of the baseline, with its bounds; 0 between -1 and 1 before the first label. */
  difference: number;
  low: number;
  high: number;
  baselineOnlyRight: number;
  candidateOnlyRight: number;
  /** Pairs whose label names the field, with or without a value. */
  samples: number;
  /** Share of them in which exactly one arm is right: the flip rate. */
  disagreement: number | null;
  /** Accuracy where the truth is that there is nothing, and where it is a value. */
  nullTruth: Shares;
  valuedTruth: Shares;
  /** Share of the truth's values that an arm found, and its difference with bounds; the same garments as `valuedTruth`. */
  valuedRecall: { baseline: number | null; candidate: number | null; difference: number; low: number; high: number };
}

/** Collects one field's pairs. */
export interface FieldTally {
  push(isBaselineRight: boolean, isCandidateRight: boolean, isValued: boolean): void;
  /** Of all labelled pairs, and of those with a value only. */
  readonly evidence: Evidence;
  readonly valued: Evidence;
  report(): FieldComparison;
}

/** Creates an empty tally; a field without a margin of its own is bound in the same way but decides nothing. */
export function createFieldTally(rules: { alpha: number; margin: number }): FieldTally {
  const evidence = createEvidence(rules);
  const valued = createEvidence(rules);
  let baselineOnly = 0;
  let candidateOnly = 0;
  let bothRight = 0;
  let baselineValued = 0;
  let candidateValued = 0;

  const share = (count: number, of: number) => (of === 0 ? null : count / of);

  return {
    push(isBaselineRight, isCandidateRight, isValued) {
      const difference = Number(isCandidateRight) - Number(isBaselineRight);
      evidence.push(difference);
      if (difference < 0) baselineOnly++;
      else if (difference > 0) candidateOnly++;
      else if (isBaselineRight) bothRight++;
      if (!isValued) return;
      valued.push(difference);
      if (isBaselineRight) baselineValued++;
      if (isCandidateRight) candidateValued++;
    },
    evidence,
    valued,
    report() {
      const samples = evidence.pairs;
      const nulls = samples - valued.pairs;
      const ofValued = {
        baseline: share(baselineValued, valued.pairs),
        candidate: share(candidateValued, valued.pairs),
      };
      return {
        difference: evidence.difference,
        low: evidence.low,
        high: evidence.high,
        baselineOnlyRight: baselineOnly,
        candidateOnlyRight: candidateOnly,
        samples,
        disagreement: share(baselineOnly + candidateOnly, samples),
        nullTruth: {
          samples: nulls,
          baseline: share(bothRight + baselineOnly - baselineValued, nulls),
          candidate: share(bothRight + candidateOnly - candidateValued, nulls),
        },
        valuedTruth: { samples: valued.pairs, ...ofValued },
        valuedRecall: { ...ofValued, difference: valued.difference, low: valued.low, high: valued.high },
      };
    },
  };
}
