import assert from "node:assert/strict";
import test from "node:test";
import { createBreaker } from "../../../src/shadow/breaker.ts";
import { createHourlyCaps } from "../../../src/shadow/hourly-caps.ts";
import { isSampled, planMirror } from "../../../src/shadow/sampling.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const contents = Array.from({ length: 5000 }, (_, at) => `content ${at}`);

test("a content is in the sample or not for good, and about as many are as the rate says", () => {
  const first = contents.filter((content) => isSampled(content, 0.2));
  assert.deepEqual(
    first,
    contents.filter((content) => isSampled(content, 0.2)),
  );
  // 4 standard deviations of a binomial count.
  assert.ok(Math.abs(first.length - 1000) < 4 * Math.sqrt(5000 * 0.2 * 0.8), String(first.length));
});

test("a larger rate only adds to a smaller one's sample; 0 takes none and 1 takes all", () => {
  for (const content of contents) {
    if (isSampled(content, 0.1)) assert.ok(isSampled(content, 0.3));
    assert.equal(isSampled(content, 0), false);
    assert.equal(isSampled(content, 1), true);
  }
});

test("labelled garments are mirrored whatever the rate, and the probability of it is recorded", () => {
  assert.deepEqual(planMirror("content 1", true, 0), { isMirrored: true, inclusion: 1 });
  assert.deepEqual(planMirror("content 1", false, 1), { isMirrored: true, inclusion: 1 });
  const sampled = contents.find((content) => isSampled(content, 0.2)) as string;
  assert.deepEqual(planMirror(sampled, false, 0.2), { isMirrored: true, inclusion: 0.2 });
});

test("the breaker opens at the fifth failure in a row, lets one try after its pause, and waits twice as long then", () => {
  const clock = createManualClock();
  const breaker = createBreaker(clock);
  for (let n = 0; n < 4; n += 1) breaker.record(true);
  assert.equal(breaker.isOpen, false);
  breaker.record(true);
  assert.equal(breaker.isOpen, true);
  clock.advance(5000);
  assert.equal(breaker.isOpen, false);
  breaker.record(true);
  clock.advance(5000);
  assert.equal(breaker.isOpen, true, "ten seconds this time");
  clock.advance(5000);
  assert.equal(breaker.isOpen, false);
  breaker.record(false);
  for (let n = 0; n < 4; n += 1) breaker.record(true);
  assert.equal(breaker.isOpen, false, "a success begins the count anew");
});

test("the hourly caps hold for requests and for tokens, and begin anew with the hour", () => {
  const hour = 3_600_000;
  const clock = createManualClock(hour * 1000);
  const caps = createHourlyCaps(clock, () => ({ requests: 2, tokens: 1000 }));
  caps.begin();
  assert.equal(caps.isReached, false);
  caps.begin();
  assert.equal(caps.isReached, true);
  clock.advance(hour);
  assert.equal(caps.isReached, false);
  caps.spend(999);
  assert.equal(caps.isReached, false);
  caps.spend(1);
  assert.equal(caps.isReached, true);
});
