import type { FastifyInstance } from "fastify";
import type { BackendDescription } from "../../src/backends/index.ts";
import { BackendChangeSchema, BackendListSchema, BackendViewSchema } from "../../schemas/index.ts";
import type { BackendChange, BackendView } from "../../schemas/index.ts";
import { problemResponses } from "../problems.ts";

const refusals = problemResponses(["request_invalid", "unauthorized", "forbidden", "not_found"]);

/** `GET /admin/backends` and `PATCH /admin/backends/{id}`: see the fleet, and change it without a restart. */
export async function backendsRoutes(app: FastifyInstance): Promise<void> {
  const { gateway } = app;
  app.get(
    "/backends",
    {
      schema: {
        tags: ["operations"],
        summary: "Every backend: state, load, build, last probe and error",
        response: { 200: BackendListSchema, ...refusals },
      },
    },
    async () => ({ backends: gateway.fleet.describe().map(toView) }),
  );
  app.patch<{ Params: { id: string }; Body: BackendChange }>(
    "/backends/:id",
    {
      schema: {
        tags: ["operations"],
        summary: "Drain, disable, reweigh or limit a backend",
        body: BackendChangeSchema,
        params: { type: "object", properties: { id: { type: "string" } } },
        response: { 200: BackendViewSchema, ...refusals },
      },
    },
    async (request) => {
      const description = gateway.changeBackend(request.params.id, request.body);
      request.logFields = { ...request.logFields, backend: request.params.id, change: request.body };
      return toView(description);
    },
  );
}

function toView(backend: BackendDescription): BackendView {
  const { lastHandshake: probe, lastFailure: failure } = backend;
  return {
    id: backend.id,
    model: backend.model,
    quantization: backend.quantization,
    role: backend.role,
    admin: backend.admin,
    state: backend.state,
    reason: backend.reason,
    circuit: backend.circuit,
    weight: backend.weight,
    tiers: [...backend.tiers],
    in_flight: backend.inFlight,
    in_flight_tokens: Math.round(backend.inFlightTokens),
    waiting: backend.waiting,
    limit: backend.limit,
    max_concurrency: backend.maxConcurrency,
    fingerprint: backend.fingerprint,
    version: backend.server?.version ?? null,
    last_probe: probe === null ? null : { at: new Date(probe.atMs).toISOString(), outcome: probe.outcome },
    last_error:
      failure === null
        ? null
        : { at: new Date(failure.atMs).toISOString(), kind: failure.kind, status: failure.status },
  };
}
