import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import fp from "fastify-plugin";
import { GatewayError } from "../kernel/index.ts";
import type { ErrorCode } from "../../schemas/index.ts";

declare module "fastify" {
  interface FastifyReply {
    /**
     * Sends server-sent events as they come, as fast as the caller reads. Where the stream fails after its beginning, the
     * connection is cut, so that nobody takes half an answer for a whole one.
     */
    sendEvents(events: Readable): FastifyReply;
  }
}

/** Gives replies `sendEvents`. */
export const eventStreamPlugin = fp(
  async (app: FastifyInstance) => {
    app.decorateReply("sendEvents", function sendEvents(this: FastifyReply, events: Readable) {
      // The status is long out by then: the log line and the metrics show the failure.
      events.once("error", (error) => {
        if (error instanceof GatewayError) this.request.errorCode = error.code as ErrorCode;
      });
      return (
        this.header("content-type", "text/event-stream; charset=utf-8")
          .header("cache-control", "no-store")
          // nginx holds a response back until its buffer is full.
          .header("x-accel-buffering", "no")
          .send(events)
      );
    });
  },
  { name: "event-stream", dependencies: ["problem"] },
);
