import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { LimitState } from "./rate-limit-headers.ts";

const windowSeconds = 60;

/** What one key may use of one unit in a minute that begins with its first use. */
export interface Bucket {
  /** Takes from it; false where less is left, and then nothing that matters is taken. */
  take(amount: number): Promise<boolean>;
  /** Takes what has been used already, even where less is left. */
  charge(amount: number): Promise<void>;
  state(): Promise<LimitState>;
  /** Forgets everything, timers included. */
  close(): Promise<void>;
}

/** There is one limiter for each bucket, because each key has limits of its own: this is the name in it. */
const only = "";

export function createBucket(unit: LimitState["unit"], limit: number): Bucket {
  const limiter = new RateLimiterMemory({ points: limit, duration: windowSeconds, keyPrefix: "" });

  return {
    async take(amount) {
      try {
        await limiter.consume(only, amount);
        return true;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return false;
        throw refusal;
      }
    },
    async charge(amount) {
      await limiter.penalty(only, amount);
    },
    async state() {
      const used = await limiter.get(only);
      // The library tells the time by the wall clock: a jump must not promise a wait beyond the window.
      const resetMs = used === null ? null : Math.min(windowSeconds * 1000, Math.max(0, used.msBeforeNext));
      return {
        name: unit,
        unit,
        limit,
        windowSeconds,
        remaining: used?.remainingPoints ?? limit,
        resetSeconds: resetMs === null ? null : Math.ceil(resetMs / 1000),
      };
    },
    async close() {
      await limiter.delete(only);
    },
  };
}
