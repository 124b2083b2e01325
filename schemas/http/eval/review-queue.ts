import { Type } from "typebox";
import type { Static } from "typebox";
import { fieldNames } from "../../garment.ts";
import { nullable } from "./parts.ts";

export const ReviewQueueQuerySchema = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: "Garments to give out; 50." })),
    baseline: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    candidate: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  { additionalProperties: false },
);

export type ReviewQueueQuery = Static<typeof ReviewQueueQuerySchema>;

const value = nullable(Type.String());
const confidence = nullable(Type.Number());

const ReviewItemSchema = Type.Object({
  garment: Type.String({ description: "An answer's `id`." }),
  sample_id: nullable(Type.String()),
  created_ms: Type.Integer(),
  design: Type.Unsafe<"audit" | "review">({
    type: "string",
    enum: ["audit", "review"],
    description: "`audit`: drawn at random among all; `review`: ranked by what a label would tell.",
  }),
  inclusion_probability: nullable(
    Type.Number({ description: "Chance that a garment had to be drawn; null where it was ranked." }),
  ),
  score: Type.Number({ description: "Disagreement x field weight x doubt, as a share of all weights, 0..1." }),
  outcomes: Type.Object({ baseline: Type.String(), candidate: Type.String() }),
  fields: Type.Array(
    Type.Object({
      field: Type.Unsafe<(typeof fieldNames)[number]>({ type: "string", enum: fieldNames }),
      baseline: value,
      candidate: value,
      baseline_confidence: confidence,
      candidate_confidence: confidence,
    }),
    { description: "The fields that the arms answer differently." },
  ),
  images: Type.Array(
    Type.Object({
      view: Type.String(),
      url: Type.String(),
      kept: Type.Boolean({ description: "Whether it can be seen." }),
    }),
  ),
  label: Type.Object(
    {
      request_id: Type.String(),
      labels: Type.Object({}, { additionalProperties: true }),
      design: Type.String(),
    },
    {
      description: "What to send to POST /v1/labels, once `labels` is filled in.",
    },
  ),
});

export type ReviewItem = Static<typeof ReviewItemSchema>;

export const ReviewQueueSchema = Type.Object({
  baseline: Type.String(),
  candidate: Type.String(),
  looked_at: Type.Integer({ description: "Newest garments that both arms answered; no others are looked at." }),
  unlabelled: Type.Integer({ description: "Of them, those without a label." }),
  audit_share: Type.Number({ description: "Share that is drawn at random, so that honest estimates stay possible." }),
  garments: Type.Array(ReviewItemSchema),
});

export type ReviewQueueAnswer = Static<typeof ReviewQueueSchema>;
