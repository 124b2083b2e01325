import type { FastifyInstance } from "fastify";
import { ModelListSchema } from "../../../schemas/index.ts";
import type { ModelList } from "../../../schemas/index.ts";

const schema = {
  tags: ["models"],
  summary: "The models, and the backends that serve each",
  response: { 200: ModelListSchema },
};

/** `GET /v1/models` in OpenAI's list shape. */
export async function modelsRoute(app: FastifyInstance): Promise<void> {
  const { fleet, startedAtSeconds } = app.gateway;
  app.get("/models", { schema }, async (): Promise<ModelList> => {
    const byModel = Map.groupBy(fleet.describe(), (backend) => backend.model);
    return {
      object: "list",
      data: [...byModel].map(([id, backends]) => ({
        id,
        object: "model",
        created: startedAtSeconds,
        owned_by: "garment-gateway",
        backends: backends.map((backend) => ({
          id: backend.id,
          quantization: backend.quantization,
          state: backend.state,
          in_flight: backend.inFlight,
          limit: backend.limit,
        })),
      })),
    };
  });
}
