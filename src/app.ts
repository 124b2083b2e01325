import Fastify, { LogController } from "fastify";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import {
  auditRoute,
  backendsRoutes,
  attributesRoute,
  comparisonRoute,
  driftRoute,
  exportRoute,
  leaderboardRoute,
  reviewQueueRoute,
  eraseGarmentRoute,
  garmentsRoutes,
  shadowRoutes,
  chatCompletionsRoute,
  healthRoutes,
  labelsRoutes,
  metricsRoute,
  modelsRoute,
  rewardRoute,
  scoreRoute,
} from "../routes/index.ts";
import type { Gateway } from "./gateway.ts";
import {
  admissionPlugin,
  answerBrokenRequest,
  arrivalPlugin,
  answerFrameworkError,
  chatPlugin,
  contentEncodingPlugin,
  createRequestIds,
  eventStreamPlugin,
  idempotencyPlugin,
  jsonRoutesPlugin,
  keyedAccess,
  ndjsonRoutesPlugin,
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

/** Longer than the longest deadline: what has not arrived by then never will, but for a stream that keeps its pace. */
const arrival = { maxMs: 130_000, idleMs: 30_000, minBytes: 1024 };

/** What a key of 200 characters may take in a URL. */
const maxParamLength = 2400;

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
    routerOptions: { maxParamLength },
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
  await app.register(arrivalPlugin, { clock, ...arrival });
  await app.register(contentEncodingPlugin);
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
    async (labelled) => {
      await labelled.register(keyedAccess, { ...gateway.access, scope: "label" });
      await labelled.register(jsonRoutesPlugin);
      await labelled.register(ndjsonRoutesPlugin);
      await labelled.register(labelsRoutes);
    },
    { prefix: "/v1" },
  );
  await app.register(
    async (evaluated) => {
      await evaluated.register(keyedAccess, { ...gateway.access, scope: "eval" });
      await evaluated.register(jsonRoutesPlugin);
      await evaluated.register(scoreRoute);
      await evaluated.register(rewardRoute);
      await evaluated.register(leaderboardRoute);
      await evaluated.register(comparisonRoute);
      await evaluated.register(reviewQueueRoute);
      await evaluated.register(driftRoute);
      await evaluated.register(exportRoute);
      await evaluated.register(garmentsRoutes);
    },
    { prefix: "/v1" },
  );
  await app.register(
    async (erasing) => {
      await erasing.register(keyedAccess, { ...gateway.access, scope: "admin" });
      await erasing.register(jsonRoutesPlugin);
      await erasing.register(eraseGarmentRoute);
    },
    { prefix: "/v1" },
  );
  await app.register(
    async (admin) => {
      await admin.register(keyedAccess, { ...gateway.access, scope: "admin" });
      await admin.register(jsonRoutesPlugin);
      await admin.register(backendsRoutes);
      await admin.register(shadowRoutes);
      await admin.register(auditRoute);
    },
    { prefix: "/admin" },
  );
  return app;
}
