import type { FastifyInstance } from "fastify";
import type { GarmentView } from "../../../src/predictions/index.ts";
import { StoredGarmentSchema } from "../../../schemas/index.ts";
import type { StoredGarment } from "../../../schemas/index.ts";
import { problemResponses } from "../../problems.ts";

const refusals = problemResponses(["request_invalid"], ["unauthorized", "forbidden", "not_found"], ["overloaded"]);
const id = { type: "string", maxLength: 100, description: "An answer's `id`." };

/** `GET /v1/garments/{id}` and its images: what is stored of one answer. */
export async function garmentsRoutes(app: FastifyInstance): Promise<void> {
  const { garments } = app.gateway;
  app.get<{ Params: { id: string } }>(
    "/garments/:id",
    {
      schema: {
        tags: ["evaluation"],
        summary: "A stored prediction, with the answers of every arm that has seen its photos",
        params: { type: "object", properties: { id } },
        response: { 200: StoredGarmentSchema, ...refusals },
      },
    },
    async (request) => toView(await garments.get(request.params.id)),
  );
  app.get<{ Params: { id: string; n: string } }>(
    "/garments/:id/images/:n",
    {
      schema: {
        tags: ["evaluation"],
        summary: "One of its images as the backends got it, where it is kept",
        params: { type: "object", properties: { id, n: { type: "string", pattern: "^[0-9]{1,2}$" } } },
        response: {
          200: { description: "A JPEG", content: { "image/jpeg": { schema: { type: "string", format: "binary" } } } },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const jpeg = await garments.image(request.params.id, Number(request.params.n));
      // It may be erased at any time: no copy of it may stay elsewhere.
      return reply.type("image/jpeg").header("cache-control", "private, no-store").send(jpeg);
    },
  );
}

/** `DELETE /v1/garments/{id}`. */
export async function eraseGarmentRoute(app: FastifyInstance): Promise<void> {
  app.delete<{ Params: { id: string } }>(
    "/garments/:id",
    {
      schema: {
        tags: ["evaluation"],
        summary: "Erase a prediction, its images and all that was made of the same photos",
        params: { type: "object", properties: { id } },
        response: { 204: { type: "null", description: "Erased" }, ...refusals },
      },
    },
    async (request, reply) => {
      await app.gateway.eraseGarment(request.params.id, request.caller.id ?? "anonymous");
      return reply.code(204).send();
    },
  );
}

function toView(garment: GarmentView): StoredGarment {
  return {
    id: garment.id,
    sample_id: garment.sampleId,
    metadata: garment.metadata,
    created_at: new Date(garment.createdMs).toISOString(),
    tier: garment.tier,
    cache: garment.cache,
    degraded: garment.degraded,
    attributes: garment.attributes,
    confidence: garment.confidence,
    images: garment.images.map(({ isStored, ...image }) => ({
      ...image,
      url: isStored ? `/v1/garments/${garment.id}/images/${image.n}` : null,
    })),
    answers: garment.answers.map(({ latencyMs, createdMs, ...answer }) => ({
      ...answer,
      latency_ms: latencyMs,
      created_at: new Date(createdMs).toISOString(),
    })),
  };
}
