import { fieldNames } from "../../schemas/index.ts";
import { cleanValue, fieldWeights } from "../attributes/index.ts";
import type { Canonicaliser, FieldMarks, TruthKinds } from "../attributes/index.ts";
import type { Labels, Predicted } from "./labels.ts";

/** A prediction held against labels, field by field. */
export interface FieldScores {
  marks: FieldMarks;
  truths: TruthKinds;
  /** Σ w·c / Σ w over the labelled fields, 0..1; null where no field is labelled. */
  weighted: number | null;
}

export type ScoreFields = (predicted: Predicted, labels: Labels) => FieldScores;

/**
 * Field scores c_f and the weighted score (docs/scoring.md). c_f is 1 where the key is there and its canonical value is
 * the label's, null for null included; else 0. Fields without a label count nowhere; a failed prediction (null) is wrong
 * in every labelled field.
 */
export function createScoreFields({ canonicalise }: Pick<Canonicaliser, "canonicalise">): ScoreFields {
  return (predicted, labels) => {
    let marks = "";
    let truths = "";
    let right = 0;
    let total = 0;
    for (const field of fieldNames) {
      const label = labels[field];
      if (label === undefined) {
        marks += "-";
        truths += "-";
        continue;
      }
      const truth = canonicalise(field, label);
      const answer = canonicalAnswer(predicted?.[field]);
      const isRight = answer !== undefined && canonicalise(field, answer) === truth;
      marks += isRight ? "1" : "0";
      truths += truth === null ? "n" : "v";
      total += fieldWeights[field];
      if (isRight) right += fieldWeights[field];
    }
    return { marks, truths, weighted: total === 0 ? null : assertFraction(right / total) };
  };
}

/** The answer's text or null; undefined where the key is missing or its value is none that a field can have. */
function canonicalAnswer(raw: unknown): string | null | undefined {
  if (raw === undefined || raw === null) return raw;
  // Most values need no cleaning that the canonical form does not do by itself.
  if (typeof raw === "string" && raw.length <= 80) return raw;
  const cleaned = cleanValue(raw);
  return cleaned.ok ? cleaned.value : undefined;
}

/** Holds a score within 0..1: one outside is a defect of the formula, and must never reach a leaderboard. */
export function assertFraction(score: number): number {
  if (score >= 0 && score <= 1) return score;
  throw new Error(`a score of ${score} lies outside 0..1`);
}
