import type { FastifyInstance } from "fastify";
import { LeaderboardQuerySchema, LeaderboardSchema } from "../../../../schemas/index.ts";
import type { LeaderboardQuery } from "../../../../schemas/index.ts";
import { leaderboardExample } from "../../../examples/eval.ts";
import { viewRefusals } from "./refusals.ts";

const schema = {
  tags: ["evaluation"],
  summary: "How good each arm is, by the labels",
  description:
    "A line for each arm: backend, build, prompt, schema and image preparation. Means weigh each garment by its chance to be seen; intervals are descriptive, and no decision rests on them. docs/shadow-eval.md names the code behind each number.",
  querystring: LeaderboardQuerySchema,
  response: {
    200: {
      description: "The arms, the best first",
      content: { "application/json": { schema: LeaderboardSchema, example: leaderboardExample } },
    },
    ...viewRefusals(),
  },
};

/** `GET /v1/eval/leaderboard`. */
export async function leaderboardRoute(app: FastifyInstance): Promise<void> {
  const { evaluation } = app.gateway;
  app.get<{ Querystring: LeaderboardQuery }>("/eval/leaderboard", { schema }, ({ query }) =>
    evaluation.leaderboard(query),
  );
}
