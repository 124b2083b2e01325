import { Type } from "typebox";
import type { Static } from "typebox";
import { nullable } from "./parts.ts";

export const DriftQuerySchema = Type.Object(
  {
    backend: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: "All that have answered where not given." }),
    ),
  },
  { additionalProperties: false },
);

export type DriftQuery = Static<typeof DriftQuerySchema>;

const span = nullable(Type.Object({ from_ms: Type.Integer(), to_ms: Type.Integer() }));

export const DriftSchema = Type.Object({
  arms: Type.Array(
    Type.Object({
      arm: Type.String({ description: "The one that each backend answered with last." }),
      backend: Type.String(),
      window_answers: Type.Integer(),
      windows: Type.Integer({ description: "Whole windows behind the first; 0: too few answers to compare." }),
      earlier: span,
      later: span,
      fields: Type.Record(
        Type.String(),
        Type.Object({
          psi: Type.Number({ description: "Population stability index of the values, null among them." }),
          psi_p_value: Type.Number(),
          new_value_rate: Type.Number(),
          null_rate: Type.Object({ earlier: Type.Number(), later: Type.Number() }),
          confidence_distance: Type.Number({ description: "Kolmogorov-Smirnov." }),
          confidence_p_value: Type.Number(),
        }),
      ),
      alarms: Type.Array(Type.String()),
      replays: nullable(
        Type.Object(
          {
            replays: Type.Integer(),
            window: Type.Object({ number: Type.Integer(), replays: Type.Integer() }),
            difference: Type.Number(),
            low: Type.Number(),
            high: Type.Number(),
            is_worse: Type.Boolean(),
          },
          {
            description:
              "Weighted score of replayed answers minus that of the arm's own first ones about the same garments; null without replays.",
          },
        ),
      ),
    }),
  ),
});

export type DriftAnswer = Static<typeof DriftSchema>;
