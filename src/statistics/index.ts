/**
 * What can be concluded from scored answers: the comparison of two arms and its verdict (anytime-valid, by betting), intervals,
 * drift, and signals that need no labels. Every formula is in docs/statistics.md.
 * Pure: refuses to know where scores come from, how a value is judged, what time it is and who promotes.
 */
export { compare, createComparison, defaultMargin } from "./comparison.ts";
export type { Comparison, Estimate, RunningComparison } from "./comparison.ts";
export type { FieldComparison, Shares } from "./field-comparison.ts";
export type { ArmScore, ComparisonFacts, DecisionRules, Pair } from "./pair.ts";
export type { Verdict } from "./verdict.ts";
export { driftAlarms, fieldDrift } from "./drift.ts";
export type { FieldDrift, FieldWindow } from "./drift.ts";
export { createEvidence } from "./evidence.ts";
export type { Evidence } from "./evidence.ts";
export { disagreement, reviewScore } from "./label-free.ts";
export type { Disagreement, FieldSignal } from "./label-free.ts";
export { addTo, effectiveRows, emptyMoments, meanOf, weightOf } from "./moments.ts";
export type { Moments } from "./moments.ts";
export { quantiles } from "./quantiles.ts";
export type { Quantiles } from "./quantiles.ts";
export { failingSlices } from "./slices.ts";
export type { Slice } from "./slices.ts";
export { wilson } from "./wilson.ts";
export type { Interval } from "./wilson.ts";
