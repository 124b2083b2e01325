import { criticalFields } from "../attributes/index.ts";
import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { watchDecision } from "./decision.ts";
import type { Gate } from "./decision.ts";
import { createEvidence } from "./evidence.ts";
import { createFieldTally } from "./field-comparison.ts";
import type { FieldComparison, FieldTally } from "./field-comparison.ts";
import type { ComparisonFacts, DecisionRules, Pair } from "./pair.ts";
import { pairsToDecide } from "./pairs-to-decide.ts";
import { reachVerdict } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

/** The margin of the weighted score where the configuration names none, and of measures that decide nothing. */
export const defaultMargin = 0.01;

/** A measure of both arms over the same pairs, and their difference with its bounds. */
export interface Estimate {
  baseline: number | null;
  candidate: number | null;
  /** Candidate minus baseline; 0 between -1 and 1 before the first pair. */
  difference: number;
  low: number;
  high: number;
}

/** What a comparison of two arms says at this moment. */
export interface Comparison {
  pairs: number;
  weighted: Estimate;
  fields: Readonly<Record<FieldName, FieldComparison>>;
  /** Share of answers whose first reply was a clean parse. */
  jsonRate: Estimate;
  /** The candidate's weighted score over the baseline's: MLPerf's accuracy bar is 0.99. Null without a score to divide by. */
  recovery: number | null;
  /** Share of pairs in which one arm is right on some field and the other is not. */
  disagreement: number | null;
  verdict: Verdict;
  reasons: readonly string[];
  /** After how many pairs the rule of this verdict first held; null without a decision. */
  decidedAtPairs: number | null;
  /** All pairs that a decision takes if they go on as they came; null while nobody can tell. */
  pairsToDecide: number | null;
}

/** A comparison that takes pairs in as they are completed; looking at it changes nothing. */
export interface RunningComparison {
  push(pair: Pair): void;
  report(facts: ComparisonFacts): Comparison;
}

/**
 * Compares two arms on the pairs, in the order of their completion from the start of the comparison. A later call with more
 * pairs goes on with the same decision: a rule that held at some pair still held there.
 */
export function compare(pairs: readonly Pair[], rules: DecisionRules, facts: ComparisonFacts): Comparison {
  const comparison = createComparison(rules);
  for (const pair of pairs) comparison.push(pair);
  return comparison.report(facts);
}

/** Creates a comparison without pairs. Rules that change start a new one: their errors are controlled together. */
export function createComparison(rules: DecisionRules): RunningComparison {
  const { alpha } = rules;
  const weightedMargin = rules.margins["weighted"] ?? defaultMargin;
  const weighted = createEvidence({ alpha, margin: weightedMargin });
  const json = createEvidence({ alpha, margin: weightedMargin });
  const tallies = fieldNames.map((field) => createFieldTally({ alpha, margin: rules.margins[field] ?? defaultMargin }));
  const tallyOf = (field: FieldName) => tallies[fieldNames.indexOf(field)] as FieldTally;
  const gates: Gate[] = [
    { name: "weighted", margin: weightedMargin, evidence: weighted, valued: null, canReject: true },
  ];
  // Critical fields first; any other field gates if it was given a margin.
  for (const field of new Set([...criticalFields, ...fieldNames])) {
    const margin = rules.margins[field];
    const { evidence, valued } = tallyOf(field);
    if (margin !== undefined) gates.push({ name: field, margin, evidence, valued, canReject: true });
  }
  gates.push({ name: "JSON rate", margin: weightedMargin, evidence: json, valued: null, canReject: false });
  const valuedPairs = (field: FieldName) => tallyOf(field).valued.pairs;
  const watch = watchDecision(gates, rules, valuedPairs);

  let pairs = 0;
  let unequal = 0;
  let baselineWeighted = 0;
  let candidateWeighted = 0;
  let baselineClean = 0;
  let candidateClean = 0;

  const mean = (sum: number) => (pairs === 0 ? null : sum / pairs);
  const estimate = (evidence: typeof weighted, baseline: number, candidate: number): Estimate => ({
    baseline: mean(baseline),
    candidate: mean(candidate),
    difference: evidence.difference,
    low: evidence.low,
    high: evidence.high,
  });

  return {
    push({ baseline, candidate, truths }) {
      pairs++;
      if (baseline.marks !== candidate.marks) unequal++;
      baselineWeighted += baseline.weighted;
      candidateWeighted += candidate.weighted;
      baselineClean += Number(baseline.isClean);
      candidateClean += Number(candidate.isClean);
      weighted.push(candidate.weighted - baseline.weighted);
      json.push(Number(candidate.isClean) - Number(baseline.isClean));
      tallies.forEach((tally, at) => {
        if (truths[at] === "-") return;
        tally.push(baseline.marks[at] === "1", candidate.marks[at] === "1", truths[at] === "v");
      });
      watch.look(pairs);
    },
    report(facts) {
      const toDecide = pairsToDecide({ gates, rules, pairs, valuedPairs });
      const { verdict, reasons, decidedAtPairs } = reachVerdict({
        gates,
        rules,
        facts,
        watch,
        pairs,
        valuedPairs,
        isAllEqual: pairs > 0 && unequal === 0,
        toDecide,
      });
      return {
        pairs,
        weighted: estimate(weighted, baselineWeighted, candidateWeighted),
        fields: Object.fromEntries(fieldNames.map((field) => [field, tallyOf(field).report()])) as Record<
          FieldName,
          FieldComparison
        >,
        jsonRate: estimate(json, baselineClean, candidateClean),
        recovery: baselineWeighted === 0 ? null : candidateWeighted / baselineWeighted,
        disagreement: mean(unequal),
        verdict,
        reasons,
        decidedAtPairs,
        pairsToDecide: decidedAtPairs ?? toDecide,
      };
    },
  };
}
