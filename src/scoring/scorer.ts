import { isDeepStrictEqual } from "node:util";
import type { MetricDefinitions } from "../../schemas/index.ts";
import { fieldWeights } from "../attributes/index.ts";
import type { Canonicaliser } from "../attributes/index.ts";
import { stableHash } from "../kernel/index.ts";
import { measureConsistency } from "./consistency.ts";
import type { Consistency } from "./consistency.ts";
import type { Predicted } from "./labels.ts";
import { createReward } from "./reward.ts";
import type { RewardCompletion } from "./reward.ts";
import { createScoreFields } from "./score-fields.ts";
import type { ScoreFields } from "./score-fields.ts";
import { createScoreRecord } from "./score-record.ts";
import type { ScoreRecord } from "./score-record.ts";
import { createScoreTexts } from "./score-texts.ts";
import type { ScoreTexts } from "./score-texts.ts";
import { createTextScorer } from "./text/index.ts";

/** Everything that holds predictions against labels, under one vocabulary and one set of definitions. */
export interface Scorer {
  /** Marks and the weighted score: what comparisons rest on. */
  readonly scoreFields: ScoreFields;
  /** Every metric of a record. */
  readonly scoreRecord: ScoreRecord;
  /** Every text metric of two plain texts, as they are. */
  readonly scoreTexts: ScoreTexts;
  readonly reward: RewardCompletion;
  /** How far repeated answers agree; each inner list holds the answers for one garment. */
  consistency(garments: readonly (readonly Predicted[])[]): Consistency;
  /**
   * Reads what is otherwise read when a text metric first needs it (synonyms: some tenths of a second without a pause),
   * so that no request meets it.
   */
  warmUp(): void;
  /** Stands for the code, the vocabulary and the definitions: scores of two versions are not comparable. */
  readonly scorerVersion: string;
}

interface ScorerOptions {
  canonicaliser: Canonicaliser;
  definitions: MetricDefinitions;
}

/** Raised by hand whenever a formula changes what it gives. */
const codeVersion = 1;

/**
 * Creates a scorer. What it keeps (canonical forms, synonyms) is bounded.
 * @throws Error where the definitions print other field weights than those that are used everywhere
 */
export function createScorer({ canonicaliser, definitions }: ScorerOptions): Scorer {
  if (!isDeepStrictEqual({ ...definitions.field_weights }, { ...fieldWeights })) {
    throw new Error("field_weights of the metric definitions differ from those of src/attributes/fields.ts");
  }
  const { vocabularyVersion } = canonicaliser;
  const { definitions: _words, ...rules } = definitions;
  const scoreFields = createScoreFields(canonicaliser);
  const scoreText = createTextScorer();
  return {
    scoreFields,
    scoreRecord: createScoreRecord({ canonicaliser, scoreFields, scoreText, definitions }),
    scoreTexts: createScoreTexts(scoreText, definitions),
    reward: createReward(scoreFields, definitions.reward),
    consistency: (garments) => measureConsistency(garments, canonicaliser),
    warmUp: () => void scoreText({ reference: "navy dress", hypothesis: "red skirt" }),
    scorerVersion: `${codeVersion}-${stableHash({ vocabularyVersion, rules }).slice(0, 12)}`,
  };
}
