import { Type } from "typebox";
import type { Static } from "typebox";
import { tierNames } from "../garment.ts";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const tiers = Type.Array(Type.Unsafe<(typeof tierNames)[number]>({ type: "string", enum: tierNames }), {
  minItems: 1,
  uniqueItems: true,
});

const adminState = Type.Unsafe<"active" | "draining" | "disabled">({
  type: "string",
  enum: ["active", "draining", "disabled"],
  description:
    "`active` serves; `draining` finishes what it has and gets nothing new; `disabled` is not even probed. Holds until the next restart.",
});

/** What an operator may change of a backend while it runs; what is missing stays. */
export const BackendChangeSchema = Type.Object(
  {
    state: Type.Optional(adminState),
    weight: Type.Optional(Type.Number({ minimum: 0, maximum: 1000 })),
    tiers: Type.Optional(tiers),
    max_concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 4096 })),
  },
  { additionalProperties: false, minProperties: 1 },
);

export type BackendChange = Static<typeof BackendChangeSchema>;

const BackendViewSchema = Type.Object({
  id: Type.String(),
  model: Type.String(),
  quantization: Type.String(),
  role: Type.String(),
  admin: adminState,
  state: Type.String({
    description: "What comes of the operator's word and of its health; docs/operations.md explains each.",
  }),
  reason: nullable(Type.String({ description: "Why it is not in rotation." })),
  circuit: Type.String(),
  weight: Type.Number(),
  tiers,
  in_flight: Type.Integer(),
  in_flight_tokens: Type.Number(),
  waiting: Type.Integer({ description: "Calls that wait for a place at it, or at it among others." }),
  limit: Type.Integer({ description: "Calls it may be given at once, now." }),
  max_concurrency: Type.Integer({ description: "The ceiling of that limit." }),
  fingerprint: nullable(
    Type.String({ description: "Stands for the build behind it; a changed one is another build." }),
  ),
  version: nullable(Type.String({ description: "vLLM's." })),
  last_probe: nullable(Type.Object({ at: Type.String(), outcome: Type.String() })),
  last_error: nullable(Type.Object({ at: Type.String(), kind: Type.String(), status: nullable(Type.Integer()) })),
});

export type BackendView = Static<typeof BackendViewSchema>;

export { BackendViewSchema };

export const BackendListSchema = Type.Object({ backends: Type.Array(BackendViewSchema) });
