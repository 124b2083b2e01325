import type { FastifyInstance, FastifyRequest } from "fastify";
import type { InferredAnswer, Observation } from "../../../src/inference/index.ts";
import { sha256 } from "../../../src/kernel/index.ts";
import type { Instruments } from "../../../src/telemetry/index.ts";
import { AttributesAnswerSchema, AttributesJsonSchema, TextOptionsSchema, viewNames } from "../../../schemas/index.ts";
import type { AttributesAnswer } from "../../../schemas/index.ts";
import { answerExample, attributesExample } from "../../examples/index.ts";
import { answerHeaders, requestHeaders } from "../../headers.ts";
import { problemResponses } from "../../problems.ts";

const photo = { type: "string", format: "binary" };
const imageTypes = ["jpeg", "png", "webp", "avif", "gif", "tiff", "heic"];

const schema = {
  tags: ["attributes"],
  summary: "One garment, nine attributes",
  description:
    "Send one garment's photos in one of three forms: JSON with base64 or https URLs, a multipart form whose file parts are named by their view, or the image itself as the body. Options of the JSON form are members of its body; the other two take them in the query, the multipart form as fields too. What the bytes are decides the format: jpeg, png, webp, avif, gif (first frame), tiff (first page), heic.",
  querystring: TextOptionsSchema,
  headers: {
    type: "object",
    properties: {
      ...requestHeaders,
      "idempotency-key": {
        type: "string",
        minLength: 1,
        maxLength: 255,
        description: "A repeated request gets the first one's answer, for a day.",
      },
      "cache-control": { type: "string", description: "`no-cache` asks anew, `no-store` also stores nothing." },
    },
  },
  body: {
    content: {
      "application/json": { schema: { ...AttributesJsonSchema, examples: [attributesExample] } },
      "multipart/form-data": {
        schema: {
          type: "object",
          properties: {
            ...Object.fromEntries(viewNames.map((view) => [view, { ...photo, description: `A photo, view ${view}.` }])),
            ...TextOptionsSchema.properties,
          },
        },
      },
      ...Object.fromEntries(imageTypes.map((type) => [`image/${type}`, { schema: photo }])),
    },
  },
  response: {
    200: {
      description: "The nine attributes",
      headers: {
        ...answerHeaders,
        "server-timing": { type: "string", description: "The parts of `timings_ms`." },
        "idempotency-replayed": { type: "string", description: "`true` where it is an earlier request's answer." },
      },
      content: { "application/json": { schema: AttributesAnswerSchema, example: answerExample } },
    },
    ...problemResponses(
      ["request_invalid", "image_missing", "not_found", "body_too_large", "image_too_large", "unsupported_media_type"],
      ["too_many_images", "image_corrupt", "image_too_many_pixels", "url_forbidden", "url_unreachable", "internal"],
      ["unauthorized", "forbidden", "idempotency_mismatch", "rate_limited"],
      ["answer_invalid", "backend_failed", "overloaded", "no_backend", "deadline_exceeded"],
    ),
  },
};

/** `POST /v1/attributes`. The upload validates itself, because the three forms validate differently. */
export async function attributesRoute(app: FastifyInstance): Promise<void> {
  const { infer, clock, instruments, following } = app.gateway;
  app.post("/attributes", { schema, validatorCompiler: () => () => true }, async (request, reply) => {
    const upload = await request.readUpload();
    const content = () => ({
      images: upload.images.map(({ view, bytes }) => ({ view, sha256: sha256(bytes) })),
      options: upload.options,
    });
    let observation = null as Observation | null;
    const onObserved = (observed: Observation): void => void (observation = observed);
    const sending = reply.sendOnce({ apiKeyId: request.caller.id, content }, async (deadline) => {
      const { priority, cacheMode } = request;
      const inferred = await request.runAdmitted(() => infer({ ...upload, deadline, priority, cacheMode, onObserved }));
      const answer = complete(request, inferred, clock.now());
      observeOverhead(instruments, answer.timings_ms);
      instruments.answerDuration.observe({ priority }, answer.timings_ms.total / 1000);
      if (answer.cache === "miss") {
        await reply.chargeVisionTokens(answer.images.reduce((sum, image) => sum + image.vision_tokens, 0));
      }
      return {
        status: 200,
        headers: {
          "content-type": "application/json; charset=utf-8",
          "x-garment-backend": answer.backend,
          "server-timing": serverTiming(answer.timings_ms),
        },
        body: JSON.stringify(answer),
      };
    });
    // What comes after the caller's answer, or its error, is between us and the store.
    await sending.finally(() => observation !== null && following.observe(observation));
    return reply;
  });
}

/** Adds what only this request knows, and puts it into its log line. */
function complete(request: FastifyRequest, inferred: InferredAnswer, now: number): AttributesAnswer {
  const timings = inferred.timings_ms;
  const answer: AttributesAnswer = {
    ...inferred,
    timings_ms: roundAll({
      total: now - request.startedAt,
      image: timings.image,
      queue: timings.queue + request.queuedMs,
      backend: timings.backend,
    }),
  };
  request.logFields = {
    ...request.logFields,
    id: answer.id,
    backend: answer.backend,
    tier: answer.tier,
    attempts: answer.attempts,
    repaired: answer.repaired,
    degraded: answer.degraded ?? undefined,
    cache: answer.cache,
    images: answer.images.length,
    timings_ms: answer.timings_ms,
  };
  return answer;
}

/** The gateway's own share of a request, and its parts. */
function observeOverhead({ overhead }: Instruments, timings: AttributesAnswer["timings_ms"]): void {
  const { total, backend, image, queue } = timings;
  const own = Math.max(0, total - backend);
  const parts = { total: own, image, queue, other: Math.max(0, own - image - queue) };
  for (const [component, ms] of Object.entries(parts)) overhead.labels({ component }).observe(ms / 1000);
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
