import type { FastifyInstance } from "fastify";
import { ComparisonQuerySchema, ComparisonSchema } from "../../../../schemas/index.ts";
import type { ComparisonQuery } from "../../../../schemas/index.ts";
import { comparisonExample } from "../../../examples/eval.ts";
import { viewRefusals } from "./refusals.ts";

const schema = {
  tags: ["evaluation"],
  summary: "May the candidate replace the baseline?",
  description:
    "Paired differences over the labelled garments that both arms answered, with bounds that hold however often one looks, and the verdict with its reasons. Any other build, prompt, schema or preparation is another comparison.",
  querystring: ComparisonQuerySchema,
  response: {
    200: {
      description: "Where the comparison stands",
      content: { "application/json": { schema: ComparisonSchema, example: comparisonExample } },
    },
    ...viewRefusals("not_found"),
  },
};

/** `GET /v1/eval/comparison`. */
export async function comparisonRoute(app: FastifyInstance): Promise<void> {
  const { evaluation } = app.gateway;
  app.get<{ Querystring: ComparisonQuery }>("/eval/comparison", { schema }, ({ query }) =>
    evaluation.comparison(query),
  );
}
