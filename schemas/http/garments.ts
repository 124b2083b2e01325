import { Type } from "typebox";
import type { Static } from "typebox";
import { AttributesSchema, fieldNames } from "../garment.ts";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const confidence = Type.Object(
  Object.fromEntries(fieldNames.map((field) => [field, nullable(Type.Number({ minimum: 0, maximum: 1 }))])),
);
const time = Type.String({ format: "date-time" });

/** A stored prediction, with what every arm made of the same photos. */
export const StoredGarmentSchema = Type.Object({
  id: Type.String(),
  sample_id: nullable(Type.String()),
  metadata: nullable(Type.Object({})),
  created_at: time,
  tier: nullable(Type.String()),
  cache: Type.String(),
  degraded: nullable(Type.Object({})),
  attributes: nullable(AttributesSchema),
  confidence: nullable(confidence),
  images: Type.Array(
    Type.Object({
      n: Type.Integer(),
      view: Type.String(),
      sha256: Type.String({ description: "Of the uploaded bytes." }),
      width: Type.Integer(),
      height: Type.Integer(),
      url: nullable(Type.String({ description: "The image as the backends got it, where it is kept." })),
    }),
  ),
  answers: Type.Array(
    Type.Object({
      arm: Type.String({ description: "Names backend, build, prompt, schema and preparation together." }),
      backend: Type.String(),
      model: Type.String(),
      quantization: Type.String(),
      fingerprint: Type.String(),
      simulated: Type.Boolean(),
      origin: Type.String({ description: "`live`, `mirror` or `backfill`." }),
      outcome: Type.String({ description: "`valid`, `repaired` or `failed`." }),
      failure: nullable(Type.String()),
      attributes: nullable(AttributesSchema),
      confidence: nullable(confidence),
      latency_ms: Type.Number(),
      created_at: time,
    }),
  ),
});

export type StoredGarment = Static<typeof StoredGarmentSchema>;
