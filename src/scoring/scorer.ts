import { stableHash } from "../kernel/index.ts";
import type { Canonicaliser } from "../attributes/index.ts";
import { createScoreFields } from "./score-fields.ts";
import type { ScoreFields } from "./score-fields.ts";

/** Everything that holds predictions against labels, under one vocabulary. */
export interface Scorer {
  readonly scoreFields: ScoreFields;
  /** Stands for the code and the vocabulary: scores of two versions are not comparable. */
  readonly scorerVersion: string;
}

/** Raised by hand whenever a formula changes what it gives. */
const codeVersion = 1;

/** Creates a scorer. It keeps the canonical forms it has met, within bounds. */
export function createScorer({ canonicaliser }: { canonicaliser: Canonicaliser }): Scorer {
  const { vocabularyVersion } = canonicaliser;
  return {
    scoreFields: createScoreFields(canonicaliser),
    scorerVersion: `${codeVersion}-${stableHash({ vocabularyVersion }).slice(0, 12)}`,
  };
}
