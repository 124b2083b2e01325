import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { Clock } from "../kernel/index.ts";
import { readChunks } from "./chunks.ts";
import { deadlineExceeded } from "./errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /**
     * The body in pieces, however long it is and however long it takes as a whole, read only as fast as the pieces are taken.
     * While it is waited for, it must keep coming: else `deadline_exceeded`. Call it once.
     */
    streamBody(): AsyncGenerator<Buffer, void>;
  }
}

interface ArrivalOptions {
  clock: Clock;
  /** Milliseconds in which a request must have arrived, from its headers on. */
  maxMs: number;
  /** A streamed body must bring `minBytes` within this time of waiting for it. */
  idleMs: number;
  minBytes: number;
}

/**
 * Bounds how long a request may take to arrive. Node's own `requestTimeout` is one for all, and a stream of millions of
 * lines takes longer than any photo: so each request that has a body gets a time limit of its own here, which `streamBody`
 * replaces by a least pace. Node still bounds the headers.
 */
export const arrivalPlugin = fp(
  async (app: FastifyInstance, { clock, maxMs, idleMs, minBytes }: ArrivalOptions) => {
    const limits = new WeakMap<IncomingMessage, { start(): void; stop(): void }>();

    app.server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
      const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
      if (length === "0" && encoding === undefined) return;
      let cancel = (): void => undefined;
      function expire(): void {
        if (request.complete || request.destroyed) return;
        // Answered already, and the rest of the body was being thrown away.
        if (response.headersSent) request.destroy();
        else app.server.emit("clientError", arrivalTimeout(), request.socket);
      }
      const limit = {
        start: () => void (cancel = clock.after(maxMs, expire)),
        stop: () => cancel(),
      };
      limit.start();
      limits.set(request, limit);
      request.once("close", limit.stop);
      // Node closes no request that was answered before it had arrived.
      response.once("close", () => {
        if (request.complete || request.socket.destroyed) limit.stop();
        else request.socket.once("close", limit.stop);
      });
    });

    app.decorateRequest("streamBody", async function* streamBody(this: FastifyRequest) {
      const limit = limits.get(this.raw);
      limit?.stop();
      const chunks = readChunks(this.raw);
      let waitedMs = 0;
      let bytes = 0;
      try {
        for (;;) {
          const since = clock.now();
          const chunk = await within(idleMs - waitedMs, chunks.next());
          if (chunk === null) return;
          waitedMs += clock.now() - since;
          bytes += chunk.length;
          if (bytes >= minBytes) waitedMs = bytes = 0;
          yield chunk;
        }
      } finally {
        chunks.stop();
        // What a refused sender still sends is thrown away, and not for ever.
        const { complete, destroyed, socket } = this.raw;
        if (!complete && !destroyed && !socket.destroyed) limit?.start();
      }
    });

    function within<T>(ms: number, promise: Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        const cancel = clock.after(Math.max(0, ms), () =>
          reject(deadlineExceeded(`The body stopped coming: less than ${minBytes} bytes in ${idleMs / 1000} seconds.`)),
        );
        promise.then(resolve, reject).finally(cancel);
      });
    }
  },
  { name: "arrival" },
);

/** What Node says of a request that does not arrive in time; `answerBrokenRequest` knows it. */
function arrivalTimeout(): NodeJS.ErrnoException {
  return Object.assign(new Error("the request did not arrive in time"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
}
