import type { FastifyInstance } from "fastify";
import { HealthSchema, ReadySchema } from "../../schemas/index.ts";
import type { Ready } from "../../schemas/index.ts";

/** `GET /healthz`: the process lives. `GET /readyz`: it can serve, or why not. */
export async function healthRoutes(app: FastifyInstance): Promise<void> {
  const { gateway } = app;
  app.get(
    "/healthz",
    { schema: { tags: ["operations"], summary: "The process lives", response: { 200: HealthSchema } } },
    async () => ({ status: "ok" }),
  );
  app.get(
    "/readyz",
    { schema: { tags: ["operations"], summary: "It can serve", response: { 200: ReadySchema, 503: ReadySchema } } },
    async (_request, reply): Promise<Ready> => {
      const backends = Object.fromEntries(gateway.fleet.describe().map(({ id, state }) => [id, state]));
      const reason = gateway.whyNotReady();
      if (reason === null) return { status: "ready", backends };
      reply.code(503);
      return { status: "not_ready", reason, backends };
    },
  );
}
