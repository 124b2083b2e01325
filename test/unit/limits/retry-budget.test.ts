import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../../src/kernel/index.ts";
import { backoffMs, createRetryBudget } from "../../../src/limits/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const windowMs = 10_000;

function setUp(ratio = 0.2) {
  const clock = createManualClock();
  const budget = createRetryBudget({ ratio, clock });
  const retryAll = (times: number) => Array.from({ length: times }, () => budget.tryRetry()).filter(Boolean).length;
  return { clock, budget, retryAll };
}

test("ten retries in ten seconds are allowed without any request", () => {
  const { retryAll } = setUp();
  assert.equal(retryAll(30), 10);
});

test("the ten come back exactly ten seconds after they were used", () => {
  const { clock, budget, retryAll } = setUp();
  retryAll(10);
  clock.advance(windowMs - 1);
  assert.equal(budget.tryRetry(), false);
  clock.advance(1);
  assert.equal(retryAll(30), 10);
});

test("many requests earn a fifth of their number, not ten more", () => {
  const { budget, retryAll } = setUp();
  for (let n = 0; n < 1000; n += 1) budget.recordRequest();
  assert.equal(retryAll(1000), 200);
});

test("requests of the past earn nothing", () => {
  const { clock, budget, retryAll } = setUp();
  for (let n = 0; n < 1000; n += 1) budget.recordRequest();
  clock.advance(windowMs + 1);
  assert.equal(retryAll(1000), 10);
});

test("a clock that jumps neither opens the budget nor shuts it for ever", () => {
  const { clock, budget, retryAll } = setUp();
  clock.advance(3_600_000);
  retryAll(10);
  clock.advance(-3_600_000);
  assert.equal(budget.tryRetry(), false, "a jump back earns nothing");
  clock.advance(windowMs);
  assert.equal(retryAll(30), 10, "and ten seconds later all is as ever");
  clock.advance(1e12);
  assert.equal(retryAll(30), 10, "a jump forth is a pause");
});

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("requests" as const), count: fc.nat(60) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("retries" as const), count: fc.nat(60) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.nat(4000) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("advance" as const),
        ms: fc.constantFrom(499, 500, 9999, 10_000, 10_001),
      }),
    },
  ),
  { maxLength: 80, size: "max" },
);

test("in the ten seconds before any retry there are at most ten, or the share of the requests of those seconds", () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 0.1, 0.2, 1), (all, ratio) => {
      const { clock, budget } = setUp(ratio);
      const requests: number[] = [];
      const retries: number[] = [];
      const inWindow = (times: number[]) => times.filter((at) => at > clock.now() - windowMs).length;
      for (const step of all) {
        if (step.do === "advance") clock.advance(step.ms);
        else if (step.do === "requests") {
          for (let n = 0; n < step.count; n += 1) {
            budget.recordRequest();
            requests.push(clock.now());
          }
        } else {
          for (let n = 0; n < step.count; n += 1) {
            const isOwed = inWindow(retries) < 10;
            if (budget.tryRetry()) {
              retries.push(clock.now());
              assert.ok(inWindow(retries) <= Math.max(10, ratio * inWindow(requests)));
            } else assert.ok(!isOwed, "ten are always allowed");
          }
        }
      }
    }),
  );
});

test("the share is used up to what half a second of requests and retries may blur", () => {
  const { clock, budget } = setUp();
  let allowed = 0;
  for (let tick = 0; tick < 600; tick += 1) {
    for (let n = 0; n < 10; n += 1) budget.recordRequest();
    for (let n = 0; n < 10; n += 1) allowed += budget.tryRetry() ? 1 : 0;
    clock.advance(100);
  }
  // 6,000 requests in a minute: 1,200 at most.
  assert.ok(allowed <= 1200 && allowed >= 1080, `${allowed} retries`);
});

test("backoff is anywhere between nothing and a bound that doubles up to a second", () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 100].map((attempt) => backoffMs(attempt, () => 1));
  assert.deepEqual(bounds, [50, 100, 200, 400, 800, 1000, 1000, 1000]);
  assert.equal(
    backoffMs(3, () => 0),
    0,
  );
  const random = seededRandom(1);
  const waits = Array.from({ length: 1000 }, () => backoffMs(3, random));
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  assert.ok(Math.abs(mean - 100) < 8, `mean ${mean}`);
});
