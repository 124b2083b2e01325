/**
 * A prediction held against a label: fields, weighted score, structured match, text metrics, composite, reward,
 * consistency over repeats. docs/scoring.md names the file behind each formula.
 * Pure: knows no store, no clock, no model and no server; what SBERT or NLI say is handed in.
 */
export { readLabels } from "./read-labels.ts";
export { createScorer } from "./scorer.ts";
export type { Scorer } from "./scorer.ts";
export type { Consistency } from "./consistency.ts";
export type { CompositePart, Quality } from "./composite.ts";
export type { Labels, Predicted } from "./labels.ts";
export type { Reward } from "./reward.ts";
export type { ComparedTexts, RecordScore, RecordScoring, SemanticScores } from "./score-record.ts";
export type { TextPairScore } from "./score-texts.ts";
export type { FieldScores, ScoreFields } from "./score-fields.ts";
