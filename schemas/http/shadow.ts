import { Type } from "typebox";
import type { Static } from "typebox";
import { ShadowSchema } from "../config/evaluation.ts";

const { enabled, baseline, candidate, mirror_rate, replay, decision: _decision, ...limits } = ShadowSchema.properties;
const adjustable = { enabled, baseline, candidate, mirror_rate, ...limits };

/** What an operator may change of the mirror while it runs; what is missing stays. */
export const ShadowChangeSchema = Type.Object(
  {
    ...(Object.fromEntries(Object.entries(adjustable).map(([key, schema]) => [key, Type.Optional(schema)])) as Record<
      string,
      never
    >),
    replay: Type.Optional(Type.Partial(replay, { additionalProperties: false })),
  },
  { additionalProperties: false, minProperties: 1 },
);

export interface ShadowChange {
  enabled?: boolean;
  baseline?: string;
  candidate?: string;
  mirror_rate?: number;
  max_concurrency?: number;
  timeout_ms?: number;
  max_queue?: number;
  max_spool?: number;
  max_requests_per_hour?: number;
  max_tokens_per_hour?: number;
  pause_at_waiting?: number;
  replay?: { enabled?: boolean; per_hour?: number };
}

export const ShadowViewSchema = Type.Object({
  settings: Type.Object({ ...adjustable, replay }),
  status: Type.Object({
    waiting: Type.Integer({ description: "Mirrored calls that wait in memory." }),
    spooled: Type.Union([Type.Integer(), Type.Null()], {
      description: "Mirrored calls and backfills that wait in the store; null while it cannot be reached.",
    }),
    in_flight: Type.Integer(),
    requests_this_hour: Type.Integer(),
    tokens_this_hour: Type.Integer(),
    paused: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
      description:
        "For each of the two builds why it gets no mirrored calls now: disabled, not_ready, circuit, busy, cap, live_load; or null.",
    }),
  }),
});

export type ShadowView = Static<typeof ShadowViewSchema>;

/** A person's decision about the candidate. */
export const ShadowDecisionSchema = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 2000, description: "Why; it goes into the record." }),
    override: Type.Optional(
      Type.Boolean({ description: "Promotes against the verdict, or before there is one. The record says so." }),
    ),
  },
  { additionalProperties: false },
);

export type ShadowDecision = Static<typeof ShadowDecisionSchema>;

export const ShadowDecidedSchema = Type.Object({
  kind: Type.String(),
  baseline: Type.String({ description: "The build that serves from now on, and that others are compared with." }),
  candidate: Type.String({ description: "The build that only gets mirrored calls from now on." }),
  audit_seq: Type.Integer({ description: "Its entry in GET /admin/audit." }),
});

export type ShadowDecided = Static<typeof ShadowDecidedSchema>;
