import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { CacheMode } from "../cache/index.ts";
import { startDeadline } from "../kernel/index.ts";
import type { Clock, Deadline, Priority } from "../kernel/index.ts";
import { parseCacheControl } from "./cache-control.ts";
import { deadlineExceeded, requestInvalid } from "./errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Bounds everything done for this request; aborts too when the caller goes away. */
    deadline: Deadline;
    priority: Priority;
    /** What its Cache-Control asks of the answer cache. */
    cacheMode: CacheMode;
    /** When the headers were read, on the clock of durations. */
    startedAt: number;
  }
}

interface ContextOptions {
  clock: Clock;
  /** Default deadline in milliseconds; asked anew for each request, because it may be reloaded. */
  deadlineMs: (priority: Priority) => number;
}

/** The caller closed the connection before the answer was sent: nobody reads what is thrown. */
class CallerGone extends Error {
  override name = "CallerGone";
}

/** Starts each request's deadline with its headers, and ends it when the answer is out or the caller has gone. */
export const requestContextPlugin = fp(
  async (app: FastifyInstance, { clock, deadlineMs }: ContextOptions) => {
    app.decorateRequest("deadline");
    app.decorateRequest("priority", "interactive");
    app.decorateRequest("cacheMode", "default");
    app.decorateRequest("startedAt", 0);
    app.addHook("onRequest", async (request, reply) => {
      reply.header("x-request-id", request.id);
      request.startedAt = clock.now();
      request.priority = readPriority(request);
      request.cacheMode = parseCacheControl(request.headers["cache-control"]);
      const deadline = startDeadline(clock, deadlineMs(request.priority), () =>
        deadlineExceeded(
          "The answer was not ready in time. Send the request again, with a larger deadline_ms if you can wait.",
        ),
      );
      request.deadline = deadline;
      reply.raw.once("close", () => {
        deadline.dispose();
        if (!reply.raw.writableFinished) deadline.abort(new CallerGone("the caller closed the connection"));
      });
    });
  },
  { name: "request-context" },
);

function readPriority(request: FastifyRequest): Priority {
  const priority = request.headers["x-priority"];
  if (priority === undefined || priority === "interactive") return "interactive";
  if (priority === "bulk") return "bulk";
  throw requestInvalid("The header X-Priority is interactive or bulk.", {
    errors: [{ path: "header X-Priority", message: "must be interactive or bulk" }],
  });
}
