import { fieldNames } from "../../schemas/index.ts";
import type { FieldName, MetricDefinitions } from "../../schemas/index.ts";
import { foldText } from "../attributes/index.ts";
import type { Canonicaliser } from "../attributes/index.ts";
import { composite } from "./composite.ts";
import type { Quality } from "./composite.ts";
import type { Labels, Predicted } from "./labels.ts";
import { readPrediction } from "./read-record.ts";
import type { FieldScores, ScoreFields } from "./score-fields.ts";
import { matchStructure } from "./structured-match.ts";
import type { StructuredMatch } from "./structured-match.ts";
import { maxTextLength } from "./text/index.ts";
import type { ScoreText, TextScores } from "./text/index.ts";

/** What SBERT and NLI say; null where they were not asked or did not answer. */
export interface SemanticScores {
  /** Cosine of the two texts, -1..1. */
  sbert: number | null;
  /** Probability that the prediction contradicts the label, 0..1. */
  hallucination: number | null;
}

/** What is to be compared by meaning: whole texts for SBERT, one sentence for each field that differs for NLI. */
export interface ComparedTexts {
  reference: string;
  hypothesis: string;
  differing: { premise: string; hypothesis: string }[];
}

/** Everything that is known of a prediction held against its labels. */
export interface RecordScore extends FieldScores, StructuredMatch, TextScores, SemanticScores {
  quality: Quality;
  /** The prediction was one JSON object. */
  isJson: boolean;
  /** Share of its keys that are no field. */
  extraKeyRate: number;
}

/** A prediction read and scored as far as values and texts go; `finish` adds what SBERT and NLI say. */
export interface RecordScoring {
  readonly texts: ComparedTexts;
  finish(semantic?: SemanticScores): RecordScore;
}

export type ScoreRecord = (prediction: unknown, labels: Labels) => RecordScoring;

interface Parts {
  canonicaliser: Canonicaliser;
  scoreFields: ScoreFields;
  scoreText: ScoreText;
  definitions: MetricDefinitions;
}

const unasked: SemanticScores = { sbert: null, hallucination: null };
const equalTexts: TextScores = { tokenSetRatio: 1, levenshtein: 1, rougeL: 1, chrf: 1, bleu: 1, meteor: 1 };

/**
 * Every metric of one record. Text metrics run on value-only flattenings: the phrases of the labelled fields in their
 * order, nulls left out, one space between them; the keys would be a scaffold that all records share. A prediction that
 * is no JSON object has structural parts of 0 and its own folded text in their place.
 */
export function createScoreRecord({ canonicaliser, scoreFields, scoreText, definitions }: Parts): ScoreRecord {
  const { phrase } = canonicaliser;

  function phraseOf(field: FieldName, value: unknown): string | null {
    if (typeof value === "number") return phrase(field, String(value));
    return typeof value === "string" && value.length <= 80 ? phrase(field, value) : null;
  }

  function flatten(record: Predicted, labelled: readonly FieldName[]): string {
    return labelled.flatMap((field) => phraseOf(field, record?.[field]) ?? []).join(" ");
  }

  function differingSentences(
    predicted: Predicted,
    labels: Labels,
    { marks }: FieldScores,
  ): ComparedTexts["differing"] {
    return fieldNames.flatMap((field, at) => {
      const label = phraseOf(field, labels[field]);
      const answer = phraseOf(field, predicted?.[field]);
      if (marks[at] !== "0" || label === null || answer === null) return [];
      const subject = field.replaceAll("_", " ");
      return [{ premise: `${subject} is ${label}`, hypothesis: `${subject} is ${answer}` }];
    });
  }

  return (prediction, labels) => {
    const { predicted, rawText, extraKeys, keys } = readPrediction(prediction);
    const fields = scoreFields(predicted, labels);
    const structure = matchStructure(predicted, fields.marks, definitions.structured_combiner);
    const labelled = fieldNames.filter((field) => labels[field] !== undefined);
    const reference = flatten(labels, labelled);
    const hypothesis = rawText === null ? flatten(predicted, labelled) : foldText(rawText.slice(0, maxTextLength));
    const isEqual = fields.weighted === 1;
    const differing = differingSentences(predicted, labels, fields);
    const cut = hypothesis.slice(0, maxTextLength);
    return {
      texts: { reference, hypothesis: cut, differing },
      finish(semantic = unasked) {
        const text = isEqual ? equalTexts : scoreText({ reference, hypothesis: cut });
        const { sbert, hallucination } = semantic;
        const parts = {
          structured_match: structure.structuredMatch,
          sbert,
          token_set_ratio: text.tokenSetRatio,
          rouge_l: text.rougeL,
        };
        return {
          ...fields,
          ...structure,
          ...text,
          ...semantic,
          quality: composite({ parts, hallucination, isEqual }, definitions),
          isJson: predicted !== null,
          extraKeyRate: keys === 0 ? 0 : extraKeys / keys,
        };
      },
    };
  };
}
