import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { Clock, GatewayError } from "../kernel/index.ts";
import type { Admission, Ticket } from "../limits/index.ts";

declare module "fastify" {
  interface FastifyRequest {
    ticket: Ticket;
    /** Milliseconds that `runAdmitted` waited for a place. */
    queuedMs: number;
    /**
     * Waits for a place, then does the work. Call it once, when the body and the options are read. The place is given back
     * when the work has ended and the answer is out, so a caller that leaves does not make room for more than can be done.
     */
    runAdmitted<T>(work: () => Promise<T>): Promise<T>;
  }
}

interface AdmissionOptions {
  admission: Admission;
  clock: Clock;
  /** A body that is declared larger is refused by its reader and never held. */
  maxBodyBytes: number;
}

/** Requests of this Fastify scope go through admission: refused before a byte of their body is read, or given a ticket. */
export const admissionPlugin = fp(
  async (app: FastifyInstance, { admission, clock, maxBodyBytes }: AdmissionOptions) => {
    app.decorateRequest("ticket");
    app.decorateRequest("queuedMs", 0);
    app.decorateRequest("runAdmitted");
    app.addHook("onRequest", async (request, reply) => {
      const declared = Number(request.headers["content-length"] ?? 0);
      const ticket = admission.enter({
        bytes: declared > maxBodyBytes ? 0 : declared,
        priority: request.priority,
        deadline: request.deadline,
      });
      let isWorking = false;
      let isClosed = false;
      request.ticket = ticket;
      request.runAdmitted = async (work) => {
        const since = clock.now();
        await ticket.awaitSlot();
        request.queuedMs = clock.now() - since;
        isWorking = true;
        try {
          return await work();
        } finally {
          isWorking = false;
          if (isClosed) ticket.release();
        }
      };
      // `close` comes exactly once, whether the answer was sent or the caller left.
      reply.raw.once("close", () => {
        isClosed = true;
        if (!isWorking) ticket.release();
      });
    });
  },
  { name: "admission", dependencies: ["request-context"] },
);

/**
 * Counts the bytes of a body without Content-Length as they come. Call it right before the body's reader starts, in the
 * same turn: it listens to the same stream. Where they become too many, the deadline ends with `overloaded`.
 */
export function countUndeclaredBytes(request: FastifyRequest): void {
  if (request.headers["content-length"] !== undefined) return;
  request.raw.on("data", (chunk: Buffer) => {
    try {
      request.ticket.addBytes(chunk.length);
    } catch (error) {
      request.deadline.abort(error as GatewayError);
    }
  });
}
