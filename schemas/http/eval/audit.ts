import { Type } from "typebox";
import type { Static } from "typebox";
import { nullable } from "./parts.ts";

export const AuditQuerySchema = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: "Entries of a page; 50." })),
    before: Type.Optional(Type.Integer({ minimum: 1, description: "Only entries before this `seq`." })),
  },
  { additionalProperties: false },
);

export type AuditQuery = Static<typeof AuditQuerySchema>;

export const AuditSchema = Type.Object({
  entries: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      at_ms: Type.Integer(),
      kind: Type.String({ description: "`verdict`, `promote`, `rollback` and others." }),
      actor: Type.String(),
      body: Type.Unknown(),
      previous_hash: Type.String(),
      hash: Type.String({
        description:
          "SHA-256 over the JSON of all other members, keys sorted, no spaces; `previous_hash` ties it to the entry before.",
      }),
    }),
    { description: "Newest first." },
  ),
  next_before: nullable(Type.Integer({ description: "`before` of the next page." })),
  chain: Type.Object({
    valid: Type.Boolean(),
    checked: Type.Integer({ description: "Entries from the first on that fit." }),
    broken_at: nullable(Type.Integer({ description: "The first entry that was changed, or is missing." })),
  }),
});

export type AuditAnswer = Static<typeof AuditSchema>;
