import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { ExportQuerySchema } from "../../../../schemas/index.ts";
import type { ExportQuery } from "../../../../schemas/index.ts";
import { viewRefusals } from "./refusals.ts";

const text = { schema: { type: "string" } };

const schema = {
  tags: ["evaluation"],
  summary: "Results and data for other tools",
  description:
    "Streams, however much there is. `jsonl` and `csv` hold all that is needed to compute the leaderboard and the comparison anew; `model-index` is the head of a Hugging Face model card; `sft` holds chats for fine-tuning, with links to images. The whole history with labels of every design, where `window` and `designs` do not say less.",
  querystring: ExportQuerySchema,
  response: {
    200: {
      description: "The export",
      content: { "application/x-ndjson": text, "text/csv": text, "application/yaml": text },
    },
    ...viewRefusals(),
  },
};

/** `GET /v1/eval/export`. */
export async function exportRoute(app: FastifyInstance): Promise<void> {
  const { evaluation } = app.gateway;
  app.get<{ Querystring: ExportQuery }>("/eval/export", { schema }, async ({ query }, reply) => {
    const { contentType, fileName, text: pieces } = await evaluation.export(query);
    return reply
      .type(contentType)
      .header("content-disposition", `attachment; filename="${fileName}"`)
      .header("cache-control", "no-store")
      .send(Readable.from(pieces, { objectMode: false, highWaterMark: 65_536 }));
  });
}
