import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import { losesValues } from "./decision.ts";
import type { DecisionWatch, Gate } from "./decision.ts";
import type { ComparisonFacts, DecisionRules } from "./pair.ts";

/** What a comparison comes to; `collecting` is none yet. */
export type Verdict = "promote" | "reject" | "inconclusive" | "invalid" | "collecting";

/** All that a verdict rests on. */
interface Standing {
  gates: readonly Gate[];
  rules: DecisionRules;
  facts: ComparisonFacts;
  watch: DecisionWatch;
  pairs: number;
  valuedPairs: (field: FieldName) => number;
  /** Whether both arms were right and wrong on exactly the same fields of every pair. */
  isAllEqual: boolean;
  toDecide: number | null;
}

/** A verdict, its reasons in words, and the pair at which it was reached. */
interface Outcome {
  verdict: Verdict;
  reasons: readonly string[];
  decidedAtPairs: number | null;
}

/**
 * The verdict at this moment. What broke the comparison comes first; then what the pairs decided, the earlier of promotion and
 * rejection, whatever came later. A promotion that slices or drift hold back is none: a rejection goes before it.
 */
export function reachVerdict(standing: Standing): Outcome {
  const { facts, watch } = standing;
  if (facts.invalidReasons.length > 0) {
    return { verdict: "invalid", reasons: facts.invalidReasons, decidedAtPairs: null };
  }
  const holds = [
    ...facts.failingSlices.map((slice) => `slice: ${slice}`),
    ...facts.driftAlarms.map((alarm) => `drift: ${alarm}`),
  ];
  const { promotion, rejection } = watch;
  const isPromotionFirst = promotion !== null && (rejection === null || promotion.pairs <= rejection.pairs);
  if (isPromotionFirst && holds.length === 0) {
    return { verdict: "promote", reasons: reasonsToPromote(standing), decidedAtPairs: promotion.pairs };
  }
  if (rejection !== null) {
    return { verdict: "reject", reasons: reasonsToReject(standing, rejection.fallen), decidedAtPairs: rejection.pairs };
  }
  return { ...undecided(standing, holds), decidedAtPairs: null };
}

function reasonsToPromote({ gates, watch, isAllEqual }: Standing): string[] {
  const reasons = gates.map(
    ({ name, margin, evidence }) =>
      `${name}: not inferior: ${atLeast(evidence.low)}, and a loss of ${margin} is allowed`,
  );
  reasons.push(
    isAllEqual
      ? "no difference at all was seen: equal within the margin, which is no evidence of better quality"
      : "not inferior within the margins, which is no evidence of better quality",
  );
  const later = watch.rejection;
  if (later !== null) {
    reasons.push(`later, at ${later.pairs} pairs, a loss beyond the margin showed in ${later.fallen.join(", ")}`);
  }
  return [...reasons, ...drifted(gates)];
}

function reasonsToReject({ gates, watch }: Standing, fallen: readonly string[]): string[] {
  const reasons = gates
    .filter(({ name }) => fallen.includes(name))
    .map(
      ({ name, margin, evidence }) =>
        `${name}: loses at least ${points(-evidence.high)}, and ${margin} is allowed; corrected for all measures tested`,
    );
  if (watch.promotion !== null)
    reasons.push(`not inferior at ${watch.promotion.pairs} pairs, but that was held back or came later`);
  return [...reasons, ...drifted(gates)];
}

function undecided(standing: Standing, holds: readonly string[]): { verdict: Verdict; reasons: readonly string[] } {
  const { gates, rules, facts, watch, pairs, valuedPairs, toDecide } = standing;
  const reasons: string[] = [];
  const isOver = pairs >= rules.max_pairs || facts.days >= rules.max_days;
  if (pairs >= rules.max_pairs) reasons.push(`${pairs} pairs, max_pairs ${rules.max_pairs}, without a decision`);
  if (facts.days >= rules.max_days)
    reasons.push(`${Math.floor(facts.days)} days, max_days ${rules.max_days}, without a decision`);
  if (pairs < rules.min_pairs) reasons.push(`${pairs} of at least ${rules.min_pairs} pairs`);
  if (watch.promotion !== null) reasons.push(`not inferior since ${watch.promotion.pairs} pairs, but held back`);
  reasons.push(...holds, ...gates.flatMap(standingOf));
  for (const field of fieldNames) {
    const least = rules.min_valued[field] ?? 0;
    if (valuedPairs(field) < least)
      reasons.push(`${field}: ${valuedPairs(field)} of at least ${least} pairs whose truth is a value`);
  }
  if (!isOver && toDecide !== null && toDecide > rules.max_pairs) {
    reasons.push(`about ${toDecide} pairs would be needed, max_pairs is ${rules.max_pairs}`);
  }
  return { verdict: isOver ? "inconclusive" : "collecting", reasons: [...reasons, ...drifted(gates)] };
}

/** Where an undecided gate stands; nothing of one that is passed. */
function standingOf(gate: Gate): string[] {
  const { name, margin, evidence } = gate;
  if (losesValues(gate)) return [`${name}: a loss beyond the margin ${margin} where the truth is a value`];
  if (evidence.promotedAt !== null) return [];
  if (evidence.pairs === 0) return [`${name}: no labelled pairs, margin ${margin} not yet decided`];
  const range = `${name}: between ${points(evidence.low)} and ${points(evidence.high)}, margin ${margin}`;
  return [
    evidence.high < -margin
      ? `${range} exceeded, not yet beyond doubt for all measures tested`
      : `${range} not yet decided`,
  ];
}

/** Bounds that exclude each other: the difference did not stay what it was. */
function drifted(gates: readonly Gate[]): string[] {
  return gates
    .filter(({ evidence }) => evidence.low > evidence.high)
    .map(({ name }) => `${name}: the bounds exclude each other, the difference has changed over time`);
}

function atLeast(low: number): string {
  return low < 0 ? `it loses at most ${points(-low)}` : `it gains at least ${points(low)}`;
}

function points(value: number): string {
  return value.toFixed(3);
}
