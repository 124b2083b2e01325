import type { FastifyInstance } from "fastify";

/** `GET /metrics` for Prometheus. */
export async function metricsRoute(app: FastifyInstance): Promise<void> {
  const { meter } = app.gateway.instruments;
  app.get(
    "/metrics",
    {
      schema: {
        tags: ["operations"],
        summary: "Prometheus metrics",
        response: {
          200: { description: "Text exposition", content: { "text/plain": { schema: { type: "string" } } } },
        },
      },
    },
    async (_request, reply) => {
      const { text, contentType } = await meter.expose();
      return reply.header("content-type", contentType).serializer(String).send(text);
    },
  );
}
