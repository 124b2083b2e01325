import { Type } from "typebox";
import type { Static } from "typebox";
import { fieldNames } from "../garment.ts";
import type { FieldName } from "../garment.ts";

/** Longest completion or label text, in characters. */
export const maxCompletionLength = 8192;

/** Longest plain text that text metrics compare: their cost grows with the product of two lengths. */
export const maxScoredText = 1000;

/** Completions of one call: a trainer's batch. */
export const maxCompletions = 1024;

const nullable = (schema: object, description: string) => Type.Unsafe<number | null>({ ...schema, description });
const fraction = { type: ["number", "null"], minimum: 0, maximum: 1 };

const prediction = (description: string) =>
  Type.Unsafe<unknown>({
    type: ["object", "string", "null"],
    maxLength: maxCompletionLength,
    maxProperties: 100,
    description,
  });

const reference = (description: string) =>
  Type.Unsafe<unknown>({ type: ["object", "string"], minLength: 1, maxLength: maxCompletionLength, description });

export const ScoreRequestSchema = Type.Object(
  {
    prediction: prediction("What was answered: an object, its text as a model emits it, or null for a failed answer."),
    reference: reference(
      `Labels: an object with some of the nine fields, or its text; a missing field is not labelled, null is labelled as absent. A text that is no JSON object is compared as plain text, at most ${maxScoredText} characters on both sides.`,
    ),
  },
  { additionalProperties: false },
);

export type ScoreRequest = Static<typeof ScoreRequestSchema>;

const fraction01 = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const ScoreAnswerSchema = Type.Object({
  form: Type.Unsafe<"record" | "text">({
    type: "string",
    enum: ["record", "text"],
    description: "Whether records were compared, or plain texts; the latter have no fields and no structure.",
  }),
  weighted: nullable(fraction, "Σ w·c / Σ w over the labelled fields."),
  fields: Type.Unsafe<Record<FieldName, 0 | 1 | null>>(
    Type.Object(
      Object.fromEntries(
        fieldNames.map((field) => [field, Type.Unsafe({ type: ["integer", "null"], enum: [0, 1, null] })]),
      ),
      { description: "1 right, 0 wrong, null not labelled." },
    ),
  ),
  structured_match: nullable(fraction, "Its two parts combined."),
  field_match_rate: nullable(fraction, "Share of the labelled fields that are in the answer."),
  value_accuracy: nullable(fraction, "Weighted share of those that are right."),
  token_set_ratio: fraction01("rapidfuzz."),
  rouge_l: fraction01("ROUGE-L F1."),
  chrf: fraction01("chrF++."),
  meteor: fraction01("METEOR; information only."),
  bleu: fraction01("Sentence BLEU."),
  levenshtein: fraction01("1 minus the normalised edit distance."),
  sbert: nullable({ type: ["number", "null"], minimum: -1, maximum: 1 }, "Cosine; null where no server said."),
  hallucination: nullable(fraction, "Largest probability of a contradiction; null where no server said."),
  quality: Type.Object(
    {
      value: fraction01("The composite."),
      partial: Type.Boolean({ description: "A part was missing; the others' weights were scaled up." }),
      weights: Type.Unsafe<Record<string, number>>({
        type: "object",
        additionalProperties: { type: "number" },
        description: "The weights that were used.",
      }),
    },
    { description: "The PeakBench composite." },
  ),
  json: Type.Boolean({ description: "The prediction was one JSON object." }),
  extra_key_rate: nullable(fraction, "Share of its keys that are no field."),
  scorer: Type.String({
    description: "Version of formulas, vocabulary and weights; other versions are not comparable.",
  }),
});

export type ScoreAnswer = Static<typeof ScoreAnswerSchema>;

export const RewardRequestSchema = Type.Object(
  {
    completions: Type.Array(prediction("A completion as the model emitted it, or the object."), {
      minItems: 1,
      maxItems: maxCompletions,
    }),
    references: Type.Array(reference("Labels for the completion at the same place, as in /v1/score."), {
      minItems: 1,
      maxItems: maxCompletions,
    }),
  },
  { additionalProperties: false },
);

export type RewardRequest = Static<typeof RewardRequestSchema>;

export const RewardAnswerSchema = Type.Object({
  rewards: Type.Array(fraction01("gate · (0.2 · structure + 0.8 · content)")),
  layers: Type.Array(
    Type.Object({
      gate: Type.Unsafe<0 | 1>({ type: "integer", enum: [0, 1], description: "One JSON object and nothing else." }),
      structure: fraction01("½ key recall + ½ key precision."),
      content: fraction01("The weighted score."),
    }),
  ),
  scorer: Type.String(),
});

export type RewardAnswer = Static<typeof RewardAnswerSchema>;
