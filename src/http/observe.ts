import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { Clock } from "../kernel/index.ts";
import type { Instruments } from "../telemetry/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the handler wants in this request's one log line: ids and numbers, never bytes, prompts or keys. */
    logFields: Record<string, unknown>;
  }
}

interface ObserveOptions {
  instruments: Instruments;
  clock: Clock;
}

/** HTTP status that the log and the metrics show for a caller that left before the answer (nginx's convention). */
const callerGoneStatus = 499;

/** One log line and one observation for each request, when its connection is done with it. */
export const observePlugin = fp(
  async (app: FastifyInstance, { instruments, clock }: ObserveOptions) => {
    app.decorateRequest("logFields");
    app.addHook("onRequest", async (request, reply) => {
      const start = clock.now();
      request.logFields = {};
      instruments.requestsInFlight.inc();
      // `close` comes exactly once, whether the answer was sent or the caller left.
      reply.raw.once("close", () => {
        instruments.requestsInFlight.dec();
        record(request, reply, clock.now() - start);
      });
    });

    function record(request: FastifyRequest, reply: FastifyReply, totalMs: number): void {
      const route = request.routeOptions.url ?? "other";
      const status = reply.raw.writableFinished ? reply.statusCode : unfinishedStatus(request);
      instruments.httpRequestDuration
        .labels({ route, method: knownMethod(request.method), status: String(status) })
        .observe(totalMs / 1000);
      const level = route.startsWith("/v1/") || status >= 400 ? "info" : "debug";
      request.log[level](
        {
          method: request.method,
          route,
          status,
          ...(request.errorCode !== null && { code: request.errorCode }),
          total_ms: Math.round(totalMs * 10) / 10,
          bytes_in: Number(request.headers["content-length"] ?? 0) || undefined,
          ...request.logFields,
        },
        "request",
      );
    }
  },
  { name: "observe", dependencies: ["problem"] },
);

/** An answer that broke off has failed, whatever its status said at the beginning. */
function unfinishedStatus({ errorCode }: FastifyRequest): number {
  return errorCode === null ? callerGoneStatus : errorCatalogue[errorCode].status;
}

/** Keeps the method label closed: a client may invent methods, the metrics may not. */
function knownMethod(method: string): string {
  return ["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "PUT"].includes(method) ? method : "other";
}
