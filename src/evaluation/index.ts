/**
 * Answers that met a label: scores, the leaderboard, the comparison of two builds and its verdict, drift, the review queue,
 * exports, and the record of decisions. Owns the tables scores and audit; docs/shadow-eval.md names the file behind each
 * formula. Refuses to know how a value is judged, what can be concluded from scores, and what a decision does to traffic.
 */
export { createEvaluation } from "./evaluation.ts";
export type { Evaluation, EvaluationParts } from "./evaluation.ts";
export type { Audit, AuditEntry, ChainState } from "./audit.ts";
export type { ComparisonSettings } from "./comparison.ts";
export type { Decision } from "./decisions.ts";
export type { Export } from "./export/export.ts";
export type { BuildFacts } from "./same-build.ts";
