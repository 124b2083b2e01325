import Fastify, { LogController } from "fastify";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import {
  backendsRoutes,
  attributesRoute,
  chatCompletionsRoute,
  healthRoutes,
  metricsRoute,
  modelsRoute,
} from "../routes/index.ts";
import type { Gateway } from "./gateway.ts";
import {
  admissionPlugin,
  answerBrokenRequest,
  answerFrameworkError,
  chatPlugin,
  createRequestIds,
  eventStreamPlugin,
  idempotencyPlugin,
  jsonRoutesPlugin,
  keyedAccess,
  observePlugin,
  openApiPlugin,
  problemPlugin,
  requestContextPlugin,
  uploadPlugin,
} from "./http/index.ts";
import { gatewayVersion } from "./version.ts";

declare module "fastify" {
  interface FastifyInstance {
    gateway: Gateway;
  }
}

/** Longer than the longest deadline: what has not arrived by then never will. */
const requestTimeoutMs = 130_000;

/** The HTTP side of a gateway, as a table of contents: plugins in order, then routes. Listening is the caller's. */
export async function buildApp(gateway: Gateway): Promise<FastifyInstance> {
  const { config, clock, instruments, log } = gateway;
  // The annotation keeps pino's own type out of the instance's type parameters.
  const loggerInstance: FastifyBaseLogger = log;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "req_id" }),
    frameworkErrors: answerFrameworkError,
    genReqId: createRequestIds(clock),
    bodyLimit: config.server.max_body_bytes,
    requestTimeout: requestTimeoutMs,
    clientErrorHandler: answerBrokenRequest(clock),
    forceCloseConnections: "idle",
    return503OnClosing: false,
  });
  app.decorate("gateway", gateway);
  // Answers are built by typed code and tested against their schemas; a serializer that drops or coerces would hide a defect.
  app.setSerializerCompiler(() => JSON.stringify);

  await app.register(problemPlugin);
  await app.register(observePlugin, { instruments, clock });
  await app.register(requestContextPlugin, {
    clock,
    deadlineMs: (priority) => gateway.config.routing.deadline_ms[priority],
  });
  await app.register(uploadPlugin, {
    maxBodyBytes: config.server.max_body_bytes,
    maxImageBytes: config.image.max_bytes,
    maxImages: config.image.max_images,
    fetchImage: gateway.fetchImage,
  });
  await app.register(chatPlugin, {
    maxBodyBytes: config.server.max_body_bytes,
    maxFetchedImages: config.image.max_images,
    fetchImage: gateway.fetchImage,
  });
  await app.register(eventStreamPlugin);
  await app.register(openApiPlugin, { version: gatewayVersion, notice: gateway.simulationNotice });

  await app.register(idempotencyPlugin, { idempotency: gateway.idempotency });

  await app.register(healthRoutes);
  await app.register(metricsRoute);
  await app.register(async (keyed) => {
    await keyed.register(keyedAccess, { ...gateway.access, scope: "infer" });
    await keyed.register(modelsRoute, { prefix: "/v1" });
    await keyed.register(async (admitted) => {
      await admitted.register(admissionPlugin, {
        admission: gateway.admission,
        clock,
        maxBodyBytes: config.server.max_body_bytes,
      });
      await admitted.register(attributesRoute, { prefix: "/v1" });
      await admitted.register(chatCompletionsRoute, { prefix: "/v1" });
    });
  });
  await app.register(
    async (admin) => {
      await admin.register(keyedAccess, { ...gateway.access, scope: "admin" });
      await admin.register(jsonRoutesPlugin);
      await admin.register(backendsRoutes);
    },
    { prefix: "/admin" },
  );
  return app;
}
