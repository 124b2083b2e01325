import { Type } from "typebox";
import type { Static } from "typebox";
import { nullable, perFieldName, share } from "./parts.ts";

const backendId = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));

export const ComparisonQuerySchema = Type.Object(
  {
    baseline: backendId("Backend that serves today; `shadow.baseline` where not given."),
    candidate: backendId("Backend that may replace it; `shadow.candidate` where not given."),
  },
  { additionalProperties: false },
);

export type ComparisonQuery = Static<typeof ComparisonQuerySchema>;

const shares = Type.Object({
  samples: Type.Integer(),
  baseline: share("Share right."),
  candidate: share("Share right."),
});

const bounds = {
  difference: share("Candidate minus baseline; null without pairs."),
  low: Type.Number({ description: "Anytime-valid lower bound (betting); -1 without pairs." }),
  high: Type.Number({ description: "Anytime-valid upper bound (betting); 1 without pairs." }),
};

const estimate = Type.Object({ baseline: share("Mean."), candidate: share("Mean."), ...bounds });

const ArmBuildSchema = Type.Object({
  arm: Type.String(),
  backend: Type.String(),
  model: Type.String(),
  quantization: Type.String(),
  fingerprint: Type.String(),
  prompt: Type.String(),
  schema: Type.String(),
  preparation: Type.String(),
  simulated: Type.Boolean(),
  first_seen_ms: Type.Integer(),
});

export type ArmBuild = Static<typeof ArmBuildSchema>;

export const ComparisonSchema = Type.Object({
  baseline: Type.String(),
  candidate: Type.String(),
  comparison: nullable(
    Type.String({
      description: "Names the two arms; another build, prompt, schema or preparation is another comparison.",
    }),
  ),
  started_at_ms: nullable(Type.Integer()),
  arms: nullable(Type.Object({ baseline: ArmBuildSchema, candidate: ArmBuildSchema })),
  pairs: Type.Integer({ description: "Garments with a label that both arms answered." }),
  decision: Type.Object({}, { additionalProperties: true, description: "`shadow.decision` of the configuration." }),
  weighted: estimate,
  json_rate: estimate,
  fields: perFieldName(
    Type.Object({
      ...bounds,
      baseline_only_right: Type.Integer(),
      candidate_only_right: Type.Integer(),
      samples: Type.Integer(),
      disagreement: share("Share in which exactly one arm is right: the flip rate."),
      null_truth: shares,
      valued_truth: shares,
      valued_recall: Type.Object({ baseline: share("Share found."), candidate: share("Share found."), ...bounds }),
    }),
  ),
  recovery: share("The candidate's weighted score over the baseline's."),
  disagreement: share("Share of pairs in which one arm is right on some field and the other is not."),
  verdict: Type.Unsafe<"promote" | "reject" | "inconclusive" | "invalid" | "collecting">({
    type: "string",
    enum: ["promote", "reject", "inconclusive", "invalid", "collecting"],
  }),
  reasons: Type.Array(Type.String()),
  decided_at_pairs: nullable(Type.Integer()),
  pairs_to_decide: nullable(Type.Integer({ description: "A forecast from the data's own flip rates." })),
  pairing: Type.Object(
    {
      older_than_ms: Type.Integer({
        description: "Only garments that were scored at least this long ago are counted here.",
      }),
      paired: Type.Integer(),
      baseline_only: Type.Integer(),
      candidate_only: Type.Integer(),
      other_arms: Type.Integer({ description: "Both backends answered, but not by arms that ask the same." }),
      stands_for: Type.Number({ description: "Garments that the pairs stand for by their chance to be seen." }),
      review_left_out: Type.Integer({ description: "Pairs labelled because their answers looked doubtful." }),
    },
    {
      description:
        "Whether labelled garments met both arms. Mirrors and backfills may take a while: `pairs` counts new garments at once, `paired` after `older_than_ms`.",
    },
  ),
  labels: Type.Object({
    looked_at: Type.Integer({ description: "Newest labels looked at." }),
    without_garment: Type.Integer({ description: "Of them, labels whose key no garment has." }),
    request_ids_looked_at: Type.Integer(),
    request_ids_without_garment: Type.Integer(),
    unlabelled_answers: Type.Integer({ description: "Of the newest answers of both arms, those without a label." }),
    answers_looked_at: Type.Integer(),
  }),
  slices: Type.Array(
    Type.Object({
      slice: Type.String(),
      pairs: Type.Integer(),
      insufficient: Type.Boolean(),
      difference: share("Weighted, candidate minus baseline; null where there are too few pairs."),
      margin: Type.Number(),
      failing: Type.Boolean({
        description: "The candidate loses more than the margin here; corrected for all slices.",
      }),
    }),
  ),
  drift_alarms: Type.Array(Type.String()),
  without_labels: Type.Object({
    garments: Type.Integer({ description: "Newest garments that both arms answered, labelled or not." }),
    fields: perFieldName(
      Type.Object({
        disagreement: share("Share whose values differ."),
        bound: Type.Number({ description: "Upper 95 % limit of that share." }),
      }),
    ),
    weighted_bound: Type.Number({ description: "The weighted scores cannot differ by more than this, labels or not." }),
  }),
  coverage: Type.Array(
    Type.Object({
      hour_ms: Type.Integer(),
      backend: Type.String(),
      outcomes: Type.Record(Type.String(), Type.Integer()),
    }),
    { description: "What became of the requests to be mirrored, in the last 48 hours." },
  ),
  as_of_ms: Type.Integer(),
});

export type ComparisonAnswer = Static<typeof ComparisonSchema>;
