import type { FastifyInstance } from "fastify";
import { ReviewQueueQuerySchema, ReviewQueueSchema } from "../../../../schemas/index.ts";
import type { ReviewQueueQuery } from "../../../../schemas/index.ts";
import { reviewQueueExample } from "../../../examples/eval.ts";
import { viewRefusals } from "./refusals.ts";

const schema = {
  tags: ["evaluation"],
  summary: "Garments worth labelling next",
  description:
    "Unlabelled garments that both arms answered, ranked by disagreement x field weight x doubt. At least a fifth is drawn at random instead, so that honest estimates stay possible: send each label with the design that is given here.",
  querystring: ReviewQueueQuerySchema,
  response: {
    200: {
      description: "The garments",
      content: { "application/json": { schema: ReviewQueueSchema, example: reviewQueueExample } },
    },
    ...viewRefusals("not_found"),
  },
};

/** `GET /v1/eval/review-queue`. */
export async function reviewQueueRoute(app: FastifyInstance): Promise<void> {
  const { evaluation } = app.gateway;
  app.get<{ Querystring: ReviewQueueQuery }>("/eval/review-queue", { schema }, ({ query }) =>
    evaluation.reviewQueue(query),
  );
}
