import type { GatewayError } from "../kernel/index.ts";
import type { KeyLimits } from "../../schemas/index.ts";
import { createBucket } from "./bucket.ts";
import type { Bucket } from "./bucket.ts";
import { rateLimited } from "./errors.ts";
import type { Caller } from "./keyring.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

interface RateLimitsOptions {
  keys: readonly { id: string; limits?: KeyLimits | undefined }[];
  /** One bucket for all callers without a key; none where it is missing. */
  anonymous?: KeyLimits | undefined;
}

export interface RateLimitVerdict {
  /** For the answer, refused or not; empty for a caller without limits. */
  headers: Record<string, string>;
  refusal: GatewayError | null;
}

/**
 * Requests and vision tokens that each key may use in a minute. What a request's images cost is known only when they are
 * planned, so a request is let in while any vision tokens are left, and charged when it is answered: requests that are under
 * way at the same time can together use more than the limit, once a minute.
 */
export interface RateLimits {
  /** Counts one request, and judges it. A refused one costs no vision tokens. */
  admit(caller: Caller): Promise<RateLimitVerdict>;
  /** Charges what an answer has used; returns the headers as they are now. */
  chargeVisionTokens(caller: Caller, tokens: number): Promise<Record<string, string>>;
  close(): Promise<void>;
}

interface Buckets {
  requests: Bucket | null;
  visionTokens: Bucket | null;
}

/** Creates the limits of the configured keys: memory is bounded by their number, whoever calls. */
export function createRateLimits({ keys, anonymous }: RateLimitsOptions): RateLimits {
  const buckets = new Map<string | null, Buckets>();
  for (const { id, limits } of [...keys, { id: null, limits: anonymous }]) {
    if (limits === undefined) continue;
    const { requests_per_minute: requests, vision_tokens_per_minute: visionTokens } = limits;
    buckets.set(id, {
      requests: requests === undefined ? null : createBucket("requests", requests),
      visionTokens: visionTokens === undefined ? null : createBucket("vision-tokens", visionTokens),
    });
  }

  return {
    async admit(caller) {
      const own = buckets.get(caller.id);
      if (own === undefined) return { headers: {}, refusal: null };
      const visionTokens = await own.visionTokens?.state();
      let refused: string | null = null;
      if (visionTokens?.remaining === 0) refused = visionTokens.name;
      else if ((await own.requests?.take(1)) === false) refused = "requests";
      const states = await statesOf(own);
      const resetSeconds = states.find(({ name }) => name === refused)?.resetSeconds ?? 1;
      return {
        headers: rateLimitHeaders(states),
        refusal: refused === null ? null : refusalOf(refused, Math.max(1, resetSeconds)),
      };
    },
    async chargeVisionTokens(caller, tokens) {
      const own = buckets.get(caller.id);
      if (own === undefined) return {};
      await own.visionTokens?.charge(tokens);
      return rateLimitHeaders(await statesOf(own));
    },
    async close() {
      for (const own of buckets.values()) await Promise.all([own.requests?.close(), own.visionTokens?.close()]);
    },
  };
}

function statesOf({ requests, visionTokens }: Buckets) {
  return Promise.all([requests, visionTokens].filter((bucket) => bucket !== null).map((bucket) => bucket.state()));
}

function refusalOf(limit: string, retryAfterSeconds: number): GatewayError {
  const what = limit === "requests" ? "requests" : "vision tokens";
  return rateLimited(
    `The ${what} that this key may use in a minute are used up. Send the request again after the time in Retry-After.`,
    { retryAfterSeconds },
  );
}
