import type { FastifyInstance } from "fastify";
import type { Shadow } from "../../src/shadow/index.ts";
import {
  ShadowChangeSchema,
  ShadowDecidedSchema,
  ShadowDecisionSchema,
  ShadowViewSchema,
} from "../../schemas/index.ts";
import type { ShadowChange, ShadowDecision, ShadowView } from "../../schemas/index.ts";
import { problemResponses } from "../problems.ts";

const refusals = problemResponses(["request_invalid", "unauthorized", "forbidden", "not_found"], ["overloaded"]);
const tags = ["operations"];

/** `/admin/shadow`: see the mirror, change it while it runs, and decide about the candidate. */
export async function shadowRoutes(app: FastifyInstance): Promise<void> {
  const { gateway } = app;
  const { shadow } = gateway.following;
  app.get(
    "/shadow",
    {
      schema: {
        tags,
        summary: "The mirror's settings and what it does now",
        response: { 200: ShadowViewSchema, ...refusals },
      },
    },
    () => toView(shadow),
  );
  app.patch<{ Body: ShadowChange }>(
    "/shadow",
    {
      schema: {
        tags,
        summary: "Change the mirror while it runs",
        body: ShadowChangeSchema,
        response: { 200: ShadowViewSchema, ...refusals },
      },
    },
    async (request) => {
      await gateway.promotion.changeShadow(request.body, request.caller.id ?? "anonymous");
      request.logFields = { ...request.logFields, change: request.body };
      return toView(shadow);
    },
  );
  for (const kind of ["promote", "rollback"] as const) {
    app.post<{ Body: ShadowDecision }>(
      `/shadow/${kind}`,
      {
        schema: {
          tags,
          summary:
            kind === "promote"
              ? "Let the candidate serve in the baseline's place"
              : "Undo a promotion: the former baseline serves again",
          body: ShadowDecisionSchema,
          response: { 200: ShadowDecidedSchema, ...refusals },
        },
      },
      async (request) => {
        const decided = await gateway.promotion.decide(kind, request.body, request.caller.id ?? "anonymous");
        request.logFields = { ...request.logFields, decision: kind, baseline: decided.baseline };
        return decided;
      },
    );
  }
}

async function toView(shadow: Shadow): Promise<ShadowView> {
  const { decision: _decision, ...settings } = shadow.settings as typeof shadow.settings & { decision?: unknown };
  const { waiting, spooled, inFlight, requestsThisHour, tokensThisHour, paused } = await shadow.status();
  return {
    settings,
    status: {
      waiting,
      spooled,
      in_flight: inFlight,
      requests_this_hour: requestsThisHour,
      tokens_this_hour: tokensThisHour,
      paused,
    },
  };
}
