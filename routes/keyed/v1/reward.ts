import type { FastifyInstance } from "fastify";
import { RewardAnswerSchema, RewardRequestSchema } from "../../../schemas/index.ts";
import type { RewardAnswer, RewardRequest } from "../../../schemas/index.ts";
import { rewardAnswerExample, rewardExample } from "../../examples/score.ts";
import { problemResponses } from "../../problems.ts";

const schema = {
  tags: ["evaluation"],
  summary: "The reward of each completion, for a trainer",
  description:
    "gate · (0.2 · structure + 0.8 · content), always within 0..1: the gate opens for one JSON object and nothing else. docs/scoring.md gives the formula.",
  body: { ...RewardRequestSchema, examples: [rewardExample] },
  response: {
    200: {
      description: "Rewards in the order of the completions, and the layers they are made of",
      content: { "application/json": { schema: RewardAnswerSchema, example: rewardAnswerExample } },
    },
    ...problemResponses(
      ["request_invalid", "body_too_large", "unsupported_media_type", "unauthorized", "forbidden"],
      ["rate_limited", "internal"],
    ),
  },
};

/** 1,024 completions of a thousand characters with their labels; parsing more would keep others waiting. */
const maxBodyBytes = 4_194_304;

/** `POST /v1/reward`. */
export async function rewardRoute(app: FastifyInstance): Promise<void> {
  const { scoring } = app.gateway;
  app.post<{ Body: RewardRequest }>(
    "/reward",
    { schema, bodyLimit: maxBodyBytes },
    async ({ body }): Promise<RewardAnswer> => {
      const found = scoring.reward(body);
      return {
        rewards: found.map(({ reward }) => reward),
        layers: found.map(({ gate, structure, content }) => ({ gate, structure, content })),
        scorer: scoring.scorer.scorerVersion,
      };
    },
  );
}
