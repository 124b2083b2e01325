import type { FastifyInstance } from "fastify";
import { fieldNames, ScoreAnswerSchema, ScoreRequestSchema } from "../../../schemas/index.ts";
import type { ScoreAnswer, ScoreRequest } from "../../../schemas/index.ts";
import { scoreAnswerExample, scoreExample } from "../../examples/score.ts";
import { problemResponses } from "../../problems.ts";

type Score = Awaited<ReturnType<FastifyInstance["gateway"]["scoring"]["score"]>>;

const schema = {
  tags: ["evaluation"],
  summary: "One prediction against its labels: every metric",
  description:
    "Values are compared in canonical form (grey = gray, crewneck = crew neck); docs/scoring.md gives every formula and the file behind it. Without servers for SBERT and NLI `quality` is partial.",
  body: { ...ScoreRequestSchema, examples: [scoreExample] },
  response: {
    200: {
      description: "Every metric, 0..1",
      content: { "application/json": { schema: ScoreAnswerSchema, example: scoreAnswerExample } },
    },
    ...problemResponses(
      ["request_invalid", "body_too_large", "unsupported_media_type", "unauthorized", "forbidden"],
      ["rate_limited", "internal"],
    ),
  },
};

/** `POST /v1/score`. */
export async function scoreRoute(app: FastifyInstance): Promise<void> {
  const { scoring } = app.gateway;
  app.post<{ Body: ScoreRequest }>("/score", { schema }, async ({ body }) =>
    toAnswer(await scoring.score(body), scoring.scorer.scorerVersion),
  );
}

function toAnswer(found: Score, scorer: string): ScoreAnswer {
  const { score } = found;
  const record = found.form === "record" ? found.score : null;
  return {
    form: found.form,
    weighted: record?.weighted ?? null,
    fields: Object.fromEntries(
      fieldNames.map((field, at) => [field, fieldScore(record?.marks[at])]),
    ) as ScoreAnswer["fields"],
    structured_match: record?.structuredMatch ?? null,
    field_match_rate: record?.fieldMatchRate ?? null,
    value_accuracy: record?.valueAccuracy ?? null,
    token_set_ratio: score.tokenSetRatio,
    rouge_l: score.rougeL,
    chrf: score.chrf,
    meteor: score.meteor,
    bleu: score.bleu,
    levenshtein: score.levenshtein,
    sbert: score.sbert,
    hallucination: score.hallucination,
    quality: score.quality,
    json: record?.isJson ?? false,
    extra_key_rate: record?.extraKeyRate ?? null,
    scorer,
  };
}

function fieldScore(mark: string | undefined): 0 | 1 | null {
  if (mark === undefined || mark === "-") return null;
  return mark === "1" ? 1 : 0;
}
