import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { Idempotency, Reply, TimeLeft } from "../cache/index.ts";
import { stableHash } from "../kernel/index.ts";
import { requestInvalid } from "./errors.ts";

/** What two requests must have in common to be the same request. */
export interface IdempotentContent {
  /** In order; the form they came in does not matter. */
  images: readonly { sha256: string; view: string }[];
  /** As validated. All count, `sample_id` and `metadata` too, because the answer repeats them; see `fingerprint`. */
  options: Readonly<Record<string, unknown>>;
}

interface OnceOptions {
  /** Id of the caller's API key; null where it sent none. */
  apiKeyId: string | null;
  /** Called only where the request has an Idempotency-Key: digests of large uploads are not free. */
  content: () => IdempotentContent;
}

declare module "fastify" {
  interface FastifyReply {
    /**
     * Sends what `produce` makes; where the request has an Idempotency-Key, at most once for that key: a repeated
     * request gets the first one's reply with `Idempotency-Replayed: true`. `produce` works under the time left it is
     * handed, and sets nothing on this request's reply: others may get the same one.
     * @throws GatewayError request_invalid (the key's form), idempotency_mismatch, and what `produce` throws
     */
    sendOnce(options: OnceOptions, produce: (timeLeft: TimeLeft) => Promise<Reply>): Promise<void>;
  }
}

/** Visible ASCII. Taken as it is: the draft's quoted form is a key with quotes in it. */
const wellFormed = /^[\x21-\x7e]{1,255}$/;

/** Gives routes `reply.sendOnce`. A replay runs nothing: no backend, no counter but the request's own. */
export const idempotencyPlugin = fp(
  async (app: FastifyInstance, { idempotency }: { idempotency: Idempotency }) => {
    app.decorateReply("sendOnce", async function sendOnce(this: FastifyReply, { apiKeyId, content }, produce) {
      const { request } = this;
      const { deadline } = request;
      const key = readKey(request);
      if (key === null) {
        send(this, await produce(deadline));
        return;
      }
      const fingerprint = fingerprintOf(request, content());
      const { reply, isReplayed } = await idempotency.once({ apiKeyId, key, fingerprint, deadline }, produce);
      if (isReplayed) {
        this.header("idempotency-replayed", "true");
        request.logFields = { ...request.logFields, replayed: true };
      }
      send(this, reply);
    });
  },
  { name: "idempotency", dependencies: ["request-context"] },
);

function send(to: FastifyReply, { status, headers, body }: Reply): void {
  void to.code(status).headers(headers).send(body);
}

function readKey(request: FastifyRequest): string | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return null;
  // A repeated header arrives as one, joined by comma and space, and so is none of these.
  if (typeof key === "string" && wellFormed.test(key)) return key;
  throw requestInvalid("Send one Idempotency-Key of 1 to 255 visible ASCII characters, a UUID for example.", {
    errors: [{ path: "header Idempotency-Key", message: "must be 1 to 255 visible ASCII characters" }],
  });
}

/** A retry may well have less time left than the first try had: `deadline_ms` changes no answer and does not count. */
function fingerprintOf(request: FastifyRequest, { images, options }: IdempotentContent): string {
  return stableHash({
    method: request.method,
    route: request.routeOptions.url,
    images: images.map(({ sha256, view }) => ({ sha256, view })),
    options: { ...options, deadline_ms: undefined },
  });
}
