import { Type } from "typebox";
import type { Static } from "typebox";

/** OpenAI's model list; each entry adds the backends that serve it. */
export const ModelListSchema = Type.Object(
  {
    object: Type.Literal("list"),
    data: Type.Array(
      Type.Object({
        id: Type.String(),
        object: Type.Literal("model"),
        created: Type.Integer({ description: "Seconds since the epoch; when the gateway started." }),
        owned_by: Type.String(),
        backends: Type.Array(
          Type.Object({
            id: Type.String(),
            quantization: Type.String(),
            state: Type.String(),
            in_flight: Type.Integer(),
            limit: Type.Integer({ description: "Chat calls it may be given at once." }),
          }),
        ),
      }),
    ),
  },
  { description: "OpenAI's list shape" },
);

export type ModelList = Static<typeof ModelListSchema>;

export const HealthSchema = Type.Object({ status: Type.String() }, { description: "The process lives." });

export const ReadySchema = Type.Object(
  {
    status: Type.Unsafe<"ready" | "not_ready">({ type: "string", enum: ["ready", "not_ready"] }),
    reason: Type.Optional(Type.String({ description: "Why the gateway cannot serve." })),
    backends: Type.Record(Type.String(), Type.String(), { description: "State of each backend." }),
  },
  { description: "Whether the gateway can serve." },
);

export type Ready = Static<typeof ReadySchema>;
