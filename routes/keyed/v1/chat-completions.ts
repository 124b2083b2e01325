import type { FastifyInstance } from "fastify";
import { ChatCompletionBodySchema } from "../../../schemas/index.ts";
import { chatExample } from "../../examples/index.ts";
import { answerHeaders, requestHeaders } from "../../headers.ts";
import { openAiErrorResponses } from "../../problems.ts";

const schema = {
  tags: ["chat"],
  summary: "OpenAI's chat completions",
  description:
    "For clients and benchmarks that speak OpenAI's API. Images in the messages are checked and resized as in POST /v1/attributes; everything else goes to the backend, and its answer comes back, as it is. `guided_*` members are refused: use `response_format`.",
  headers: { type: "object", properties: requestHeaders },
  body: { content: { "application/json": { schema: { ...ChatCompletionBodySchema, examples: [chatExample] } } } },
  response: {
    200: {
      description: "The backend's answer; with `stream: true` server-sent events",
      headers: answerHeaders,
      content: {
        "application/json": { schema: { type: "object" } },
        "text/event-stream": { schema: { type: "string" } },
      },
    },
    ...openAiErrorResponses(
      ["request_invalid", "not_found", "body_too_large", "image_too_large", "unsupported_media_type"],
      ["too_many_images", "image_corrupt", "image_too_many_pixels", "url_forbidden", "url_unreachable", "internal"],
      ["unauthorized", "forbidden", "rate_limited"],
      ["backend_failed", "overloaded", "no_backend", "deadline_exceeded"],
    ),
  },
};

/** `POST /v1/chat/completions`. The body is checked where it is read, because most of it is none of our business. */
export async function chatCompletionsRoute(app: FastifyInstance): Promise<void> {
  const { completeChat } = app.gateway;
  app.post(
    "/chat/completions",
    { schema, config: { errorShape: "openai" }, validatorCompiler: () => () => true },
    async (request, reply) => {
      const chat = await request.readChat();
      const completion = await request.runAdmitted(() => completeChat(chat, request.deadline));
      const { body, backend, attempts, visionTokens, timings } = completion;
      await reply.chargeVisionTokens(visionTokens);
      request.logFields = {
        ...request.logFields,
        backend,
        attempts,
        stream: chat.isStream,
        images: chat.images.length,
        vision_tokens: visionTokens,
        timings_ms: timings,
      };
      reply.header("x-garment-backend", backend);
      if (!Buffer.isBuffer(body)) return reply.sendEvents(body);
      return reply.type("application/json; charset=utf-8").header("cache-control", "no-store").send(body);
    },
  );
}
