import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import fc from "fast-check";
import { createRateLimits } from "../../../src/limits/index.ts";
import type { Caller } from "../../../src/limits/index.ts";
import { rateLimitHeaders } from "../../../src/limits/rate-limit-headers.ts";

const caller = (id: string | null): Caller => ({ id, scopes: new Set(["infer"]) });
const robot = caller("robot");

/** Limits of one key, `robot`; the library's own clock and timers stand still until the test moves them. */
function setUp(t: TestContext, limits: { requests_per_minute?: number; vision_tokens_per_minute?: number }) {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_700_000_000_000 });
  const rateLimits = createRateLimits({ keys: [{ id: "robot", limits }, { id: "free" }] });
  t.after(() => rateLimits.close());
  return { rateLimits, advance: (ms: number) => t.mock.timers.tick(ms) };
}

test("lets in as many requests a minute as the key may send, and no more", async (t) => {
  const { rateLimits } = setUp(t, { requests_per_minute: 3 });
  for (let n = 0; n < 3; n += 1) assert.equal((await rateLimits.admit(robot)).refusal, null);
  const { refusal } = await rateLimits.admit(robot);
  assert.deepEqual([refusal?.code, refusal?.status, refusal?.retryAfterSeconds], ["rate_limited", 429, 60]);
});

test("tells when to come back, and is open again then", async (t) => {
  const { rateLimits, advance } = setUp(t, { requests_per_minute: 1 });
  await rateLimits.admit(robot);
  advance(45_500);
  const refused = await rateLimits.admit(robot);
  assert.equal(refused.refusal?.retryAfterSeconds, 15);
  advance(14_500);
  assert.equal((await rateLimits.admit(robot)).refusal, null);
});

test("tells the limit, what is left and until when, on each answer", async (t) => {
  const { rateLimits, advance } = setUp(t, { requests_per_minute: 10, vision_tokens_per_minute: 5000 });
  await rateLimits.admit(robot);
  advance(20_000);
  assert.deepEqual((await rateLimits.admit(robot)).headers, {
    "ratelimit-policy": '"requests";q=10;w=60, "vision-tokens";q=5000;qu="vision-tokens";w=60',
    ratelimit: '"requests";r=8;t=40, "vision-tokens";r=5000',
  });
  assert.equal(
    (await rateLimits.chargeVisionTokens(robot, 1200))["ratelimit"],
    '"requests";r=8;t=40, "vision-tokens";r=3800;t=60',
  );
});

test("vision tokens are charged when they were used: the request that empties the bucket passes, the next does not", async (t) => {
  const { rateLimits, advance } = setUp(t, { vision_tokens_per_minute: 1000 });
  await rateLimits.admit(robot);
  await rateLimits.chargeVisionTokens(robot, 999);
  assert.equal((await rateLimits.admit(robot)).refusal, null, "one token is left");
  await rateLimits.chargeVisionTokens(robot, 768);
  const { refusal, headers } = await rateLimits.admit(robot);
  assert.equal(refusal?.code, "rate_limited");
  assert.match(refusal?.message ?? "", /vision tokens/);
  assert.equal(headers["ratelimit"], '"vision-tokens";r=0;t=60');
  advance(60_000);
  assert.equal((await rateLimits.admit(robot)).refusal, null);
});

test("a request that is refused for its vision tokens does not use up a request", async (t) => {
  const { rateLimits } = setUp(t, { requests_per_minute: 10, vision_tokens_per_minute: 100 });
  await rateLimits.chargeVisionTokens(robot, 100);
  const { headers } = await rateLimits.admit(robot);
  assert.match(headers["ratelimit"] ?? "", /"requests";r=10/);
});

test("keys without limits have none, and tell none", async (t) => {
  const { rateLimits } = setUp(t, { requests_per_minute: 1 });
  for (const id of ["free", null, "unheard-of"]) {
    for (let n = 0; n < 5; n += 1) {
      assert.deepEqual(await rateLimits.admit(caller(id)), { headers: {}, refusal: null });
      assert.deepEqual(await rateLimits.chargeVisionTokens(caller(id), 10), {});
    }
  }
});

test("callers without a key share one bucket where it is configured", async (t) => {
  const rateLimits = createRateLimits({ keys: [{ id: "robot" }], anonymous: { requests_per_minute: 1 } });
  t.after(() => rateLimits.close());
  assert.equal((await rateLimits.admit(caller(null))).refusal, null);
  assert.equal((await rateLimits.admit(caller(null))).refusal?.code, "rate_limited");
  assert.equal((await rateLimits.admit(robot)).refusal, null);
});

test("a wall clock that jumps back does not send callers away for longer than a minute", async (t) => {
  const { rateLimits } = setUp(t, { requests_per_minute: 1 });
  await rateLimits.admit(robot);
  t.mock.timers.setTime(1_700_000_000_000 - 3_600_000);
  assert.equal((await rateLimits.admit(robot)).refusal?.retryAfterSeconds, 60);
});

test("closing forgets what was counted, and with it the timers that would have done so", async (t) => {
  const { rateLimits } = setUp(t, { requests_per_minute: 5 });
  await rateLimits.admit(robot);
  await rateLimits.close();
  assert.equal((await rateLimits.admit(robot)).headers["ratelimit"], '"requests";r=4;t=60');
});

test("in any window at most the limit passes, and everything up to it", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(8000), { maxLength: 60, size: "max" }),
      async (limit, pauses) => {
        const rateLimits = createRateLimits({ keys: [{ id: "robot", limits: { requests_per_minute: limit } }] });
        let windowStart = -Infinity;
        let passed = 0;
        for (const pause of pauses) {
          t.mock.timers.tick(pause);
          if (Date.now() - windowStart >= 60_000) {
            windowStart = Date.now();
            passed = 0;
          }
          const { refusal } = await rateLimits.admit(robot);
          assert.equal(refusal === null, passed < limit);
          if (refusal === null) passed += 1;
        }
        await rateLimits.close();
      },
    ),
  );
});

test("no limits are no headers", () => {
  assert.deepEqual(rateLimitHeaders([]), {});
});
