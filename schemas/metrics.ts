import { Type } from "typebox";
import type { Static } from "typebox";
import { fieldNames } from "./garment.ts";
import type { FieldName } from "./garment.ts";

const weight = Type.Number({ minimum: 0, maximum: 1 });
const strict = { additionalProperties: false };

/** The shape of config/peakbench_metrics.json: the weights and definitions of every score. */
export const MetricDefinitionsSchema = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    field_weights: Type.Unsafe<Record<FieldName, number>>(
      Type.Object(Object.fromEntries(fieldNames.map((field) => [field, Type.Number({ exclusiveMinimum: 0 })])), strict),
    ),
    structured_combiner: Type.Unsafe<"product" | "mean">({ type: "string", enum: ["product", "mean"] }),
    composite: Type.Object(
      { structured_match: weight, sbert: weight, token_set_ratio: weight, rouge_l: weight },
      strict,
    ),
    hallucination: Type.Object({ threshold: weight, penalty: weight }, strict),
    reward: Type.Object({ structure: weight, content: weight }, strict),
    definitions: Type.Record(Type.String(), Type.String()),
  },
  strict,
);

export type MetricDefinitions = Static<typeof MetricDefinitionsSchema>;
