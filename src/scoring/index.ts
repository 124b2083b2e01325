/**
 * A prediction held against a label: fields, weighted score, structured match, text metrics, composite, reward,
 * consistency over repeats. docs/scoring.md names the file behind each formula.
 * Pure: knows no store, no clock, no model and no server; what SBERT or NLI say is handed in.
 */
export { createScorer } from "./scorer.ts";
export type { Scorer } from "./scorer.ts";
export type { Labels, Predicted } from "./labels.ts";
export type { FieldScores, ScoreFields } from "./score-fields.ts";
