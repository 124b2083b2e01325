import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { requireScope } from "../limits/index.ts";
import type { Caller, Keyring, RateLimits } from "../limits/index.ts";
import type { ScopeName } from "../../schemas/index.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls; there only on routes behind `keyedAccess`. */
    caller: Caller;
  }
  interface FastifyReply {
    /** Charges what this answer has used to its caller, and brings the RateLimit headers up to date. */
    chargeVisionTokens(tokens: number): Promise<void>;
  }
}

interface KeyedAccessOptions {
  keyring: Keyring;
  rateLimits: RateLimits;
  /** What the routes of this scope need. */
  scope: ScopeName;
}

/**
 * Lets in only callers with a scope, within their rate limits. It guards the routes that are registered in the same Fastify
 * scope after it, whatever their URLs. Operators are not limited: they are needed most when something is wrong.
 */
export const keyedAccess = fp(
  async (app: FastifyInstance, { keyring, rateLimits, scope }: KeyedAccessOptions) => {
    app.decorateRequest("caller");
    app.decorateReply("chargeVisionTokens", async function charge(this: FastifyReply, tokens: number) {
      this.headers(await rateLimits.chargeVisionTokens(this.request.caller, tokens));
    });
    app.addHook("onRoute", (route) => {
      // Whether a key is needed is the configuration's to say: without one, or with.
      route.schema = { ...route.schema, security: [{}, { key: [] }] };
    });
    app.addHook("onRequest", async (request, reply) => {
      request.caller = authenticate(request, reply);
      request.logFields["key"] = request.caller.id ?? undefined;
      requireScope(request.caller, scope);
      if (scope === "admin") return;
      const { headers, refusal } = await rateLimits.admit(request.caller);
      reply.headers(headers);
      if (refusal !== null) throw refusal;
    });

    function authenticate(request: FastifyRequest, reply: FastifyReply): Caller {
      try {
        return keyring.authenticate(request.headers.authorization);
      } catch (error) {
        // RFC 9110, section 15.5.2: a 401 says how to authenticate.
        reply.header("www-authenticate", "Bearer");
        throw error;
      }
    }
  },
  { name: "keyed-access", dependencies: ["problem", "observe", "request-context"] },
);
