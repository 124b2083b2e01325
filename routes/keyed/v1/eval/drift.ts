import type { FastifyInstance } from "fastify";
import { DriftQuerySchema, DriftSchema } from "../../../../schemas/index.ts";
import type { DriftQuery } from "../../../../schemas/index.ts";
import { viewRefusals } from "./refusals.ts";

const schema = {
  tags: ["evaluation"],
  summary: "Whether an arm's answers have changed over time",
  description:
    "Values and confidences of each field: an arm's first thousand answers against its last whole thousand. Needs no labels. An alarm holds a promotion back.",
  querystring: DriftQuerySchema,
  response: { 200: DriftSchema, ...viewRefusals("not_found") },
};

/** `GET /v1/eval/drift`. */
export async function driftRoute(app: FastifyInstance): Promise<void> {
  const { evaluation } = app.gateway;
  app.get<{ Querystring: DriftQuery }>("/eval/drift", { schema }, ({ query }) => evaluation.drift(query));
}
