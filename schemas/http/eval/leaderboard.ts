import { Type } from "typebox";
import type { Static } from "typebox";
import { nullable, perFieldName, rowQuery, share } from "./parts.ts";

export const LeaderboardQuerySchema = Type.Object(
  {
    ...rowQuery,
    by: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: "Also lists the slices of `FIELD`, `metadata.KEY`, `design` or `backend`.",
      }),
    ),
  },
  { additionalProperties: false },
);

export type LeaderboardQuery = Static<typeof LeaderboardQuerySchema>;

const estimate = Type.Object({
  mean: share("Hájek mean: each garment counts one over its chance to be seen."),
  low: share("95 % Wilson interval over the effective number of garments."),
  high: share("95 % Wilson interval over the effective number of garments."),
});

const latency = Type.Object({
  p50: nullable(Type.Number()),
  p95: nullable(Type.Number()),
  p99: nullable(Type.Number()),
  samples: Type.Integer(),
});

const fieldScore = Type.Object({
  accuracy: share("Share that is right."),
  low: share("95 % Wilson interval."),
  high: share("95 % Wilson interval."),
  samples: Type.Integer({ description: "Garments whose label names this field." }),
  insufficient: Type.Boolean({ description: "Fewer than 30 garments: too few to rely on." }),
  valued_recall: share("Share that is right among garments whose label is a value."),
  valued_samples: Type.Integer(),
  null_accuracy: share("Share that is right among garments labelled as without."),
  null_samples: Type.Integer(),
});

const ArmSchema = Type.Object({
  arm: Type.String({ description: "Hash of everything that shapes its answers." }),
  backend: Type.String(),
  model: Type.String(),
  quantization: Type.String(),
  fingerprint: Type.String(),
  prompt: Type.String(),
  schema: Type.String(),
  preparation: Type.String(),
  simulated: Type.Boolean(),
  samples: Type.Integer(),
  insufficient: Type.Boolean({ description: "Fewer than 30 garments: too few to rely on." }),
  failures: Type.Integer({ description: "Garments without a usable answer; they score 0." }),
  weighted: estimate,
  quality: Type.Object({
    mean: share("The composite."),
    partial: Type.Boolean({ description: "True where parts of it (SBERT, NLI) are missing." }),
  }),
  json_rate: share("Share of garments whose first reply was a clean parse."),
  fields: perFieldName(fieldScore),
  defect_macro_f1: Type.Object({
    value: share("Mean of the F1 of each defect that is labelled or answered; no defect is not one of them."),
    classes: Type.Integer(),
  }),
  consistency: Type.Object({
    value: share("Share of fields that repeated answers about the same garment agree in."),
    garments: Type.Integer(),
    repeats: Type.Integer(),
  }),
  latency_ms: Type.Intersect([
    latency,
    Type.Object({ origin: nullable(Type.String({ description: "Live answers where there are any." })) }),
  ]),
  latency_by_origin_ms: Type.Record(Type.String(), latency),
  throughput: Type.Null({ description: "Only the offline protocol measures it." }),
});

export type ArmScores = Static<typeof ArmSchema>;

const SliceSchema = Type.Object({
  value: nullable(Type.String({ description: "null: labelled as absent." })),
  arms: Type.Array(
    Type.Object({
      arm: Type.String(),
      backend: Type.String(),
      samples: Type.Integer(),
      insufficient: Type.Boolean(),
      weighted: nullable(estimate),
      json_rate: share("null where there are too few garments."),
    }),
  ),
});

export type SliceScores = Static<typeof SliceSchema>;

export const LeaderboardSchema = Type.Object({
  window: Type.String(),
  since_ms: Type.Integer(),
  slices: Type.Array(Type.String()),
  designs: Type.Array(Type.String()),
  complete: Type.Boolean({ description: "False where time was up: then it is made of the newest rows only." }),
  rows: Type.Integer({ description: "Scored answers that it is made of." }),
  left_out: Type.Record(Type.String(), Type.Integer(), {
    description: "Scored answers of the window whose label's design was not asked for, by design.",
  }),
  arms: Type.Array(ArmSchema),
  by: Type.Optional(
    Type.Object({
      dimension: Type.String(),
      slices: Type.Array(SliceSchema),
      more: Type.Integer({ description: "Slices that are not shown: the ones with the fewest garments." }),
    }),
  ),
});

export type LeaderboardAnswer = Static<typeof LeaderboardSchema>;
