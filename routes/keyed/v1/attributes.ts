import type { FastifyInstance } from "fastify";
import { AttributesAnswerSchema, AttributesJsonSchema, TextOptionsSchema, viewNames } from "../../../schemas/index.ts";
import type { AttributesAnswer } from "../../../schemas/index.ts";
import { problemResponses } from "../../problems.ts";

const file = { type: "string", format: "binary" };

const schema = {
  tags: ["attributes"],
  summary: "One garment, nine attributes",
  description:
    "Send one garment's photos in one of three forms: a multipart form whose file parts are named by their view, the image itself as the body, or JSON with base64. What the bytes are decides the format: jpeg, png, webp, avif, gif (first frame), tiff (first page), heic.",
  querystring: TextOptionsSchema,
  headers: {
    type: "object",
    properties: {
      "x-priority": { type: "string", enum: ["interactive", "bulk"], default: "interactive" },
      "x-request-id": { type: "string", maxLength: 128, description: "Echoed; made where it is missing." },
    },
  },
  body: {
    content: {
      "image/jpeg": { schema: { ...file, description: "Or any other accepted image/* type." } },
      "multipart/form-data": {
        schema: {
          type: "object",
          properties: {
            ...Object.fromEntries(viewNames.map((view) => [view, { ...file, description: `A photo, view ${view}.` }])),
            ...TextOptionsSchema.properties,
          },
        },
      },
      "application/json": { schema: AttributesJsonSchema },
    },
  },
  response: {
    200: { description: "The nine attributes", ...AttributesAnswerSchema },
    ...problemResponses(
      ["request_invalid", "image_missing", "not_found", "body_too_large", "image_too_large", "unsupported_media_type"],
      ["too_many_images", "image_corrupt", "image_too_many_pixels", "url_forbidden", "internal"],
      ["answer_invalid", "backend_failed", "overloaded", "no_backend", "deadline_exceeded"],
    ),
  },
};

/** `POST /v1/attributes`. The upload validates itself, because the three forms validate differently. */
export async function attributesRoute(app: FastifyInstance): Promise<void> {
  const { infer, clock } = app.gateway;
  app.post("/attributes", { schema, validatorCompiler: () => () => true }, async (request, reply) => {
    const upload = await request.readUpload();
    const inferred = await infer({ ...upload, deadline: request.deadline });
    const total = clock.now() - request.startedAt;
    const answer: AttributesAnswer = { ...inferred, timings_ms: roundAll({ total, ...inferred.timings_ms }) };
    const { overhead } = app.gateway.instruments;
    overhead.labels({ component: "total" }).observe(Math.max(0, total - inferred.timings_ms.backend) / 1000);
    request.logFields = {
      id: answer.id,
      backend: answer.backend,
      tier: answer.tier,
      attempts: answer.attempts,
      repaired: answer.repaired,
      cache: answer.cache,
      images: answer.images.length,
      timings_ms: answer.timings_ms,
    };
    return reply
      .header("x-garment-backend", answer.backend)
      .header("server-timing", serverTiming(answer.timings_ms))
      .send(answer);
  });
}

function roundAll<T extends Record<string, number>>(timings: T): T {
  return Object.fromEntries(Object.entries(timings).map(([part, ms]) => [part, Math.round(ms * 10) / 10])) as T;
}

/** https://www.w3.org/TR/server-timing/ */
function serverTiming(timings: Record<string, number>): string {
  return Object.entries(timings)
    .map(([part, ms]) => `${part};dur=${ms}`)
    .join(", ");
}
