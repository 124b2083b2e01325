import assert from "node:assert/strict";
import test from "node:test";
import { judgeInvariants } from "../../../loadtest/judge/invariants.ts";
import type { RunRecord } from "../../../loadtest/judge/invariants.ts";
import { scenarios } from "../../../loadtest/scenarios/index.ts";
import { seededRandom } from "../../../src/kernel/index.ts";
import { failedSample, recordOf, sample, scrapeOf } from "./builders.ts";

function violated(run: RunRecord): string[] {
  return judgeInvariants(run)
    .filter(({ verdict }) => verdict === "violated")
    .map(({ name }) => name);
}

const shed = () => failedSample(503, "overloaded", { outcome: "shed", retryAfterSeconds: 1 });
const expired = () => failedSample(504, "deadline_exceeded", { outcome: "expired" });

test("a sound run violates nothing", () => {
  assert.deepEqual(violated(recordOf([sample(), sample(), shed()])), []);
});

test("a request without an answer is a lost one", () => {
  assert.deepEqual(violated(recordOf([sample(), failedSample(0, "ECONNRESET")])), ["every request has one answer"]);
});

test("an id that two requests got is a doubled answer, unless they share an Idempotency-Key", () => {
  assert.deepEqual(violated(recordOf([sample({ id: "gar_x" }), sample({ id: "gar_x" })])), ["no answer is doubled"]);
  const shared = { id: "gar_x", idempotencyKey: "k" };
  assert.deepEqual(violated(recordOf([sample(shared), sample(shared)])), []);
  assert.deepEqual(violated(recordOf([sample(shared), sample({ ...shared, id: "gar_y" })])), ["no answer is doubled"]);
});

test("an answer that belongs to another request is found", () => {
  const foreign = sample({ outcome: "failed", code: "foreign_sample_id" });
  assert.deepEqual(violated(recordOf([sample(), foreign])), ["no answer is another request's"]);
});

test("a gateway that counts another number of answers than its callers is found, if nobody else calls it", () => {
  const watch = { before: scrapeOf({ ended: { 200: 5 } }), during: [], after: scrapeOf({ ended: { 200: 7 } }) };
  assert.deepEqual(violated(recordOf([sample()], { watch })), ["the gateway counts what we count"]);
  assert.deepEqual(violated(recordOf([sample()], { watch, isOwn: false })), []);
});

test("work that is still in flight at the end is found", () => {
  const watch = { before: scrapeOf(), during: [], after: scrapeOf({ backendInFlight: 1, ended: { 200: 1 } }) };
  assert.deepEqual(violated(recordOf([sample()], { watch })), ["in flight is back to 0"]);
});

test("a 5xx is excused as a shed, as expired beyond capacity, and while faults are injected; `internal` never is", () => {
  const name = "no 5xx but sheds and injected faults";
  assert.deepEqual(violated(recordOf([expired()])), [name]);
  assert.deepEqual(violated(recordOf([expired()], { scenario: scenarios.overload })), []);
  const broken = failedSample(502, "backend_failed", { sentAt: 1000, endedAt: 1200 });
  assert.deepEqual(violated(recordOf([broken], { scenario: scenarios.overload })), [name]);
  const during = (from: number, until: number) => ({
    findings: { figures: {}, notes: [], faultsBetween: [from, until] as const },
  });
  assert.deepEqual(violated(recordOf([broken], during(900, 1300))), []);
  assert.deepEqual(violated(recordOf([broken], during(1300, 1900))), [name]);
  assert.deepEqual(violated(recordOf([failedSample(500, "internal")], during(900, 1300))), [name]);
});

test("what cannot be read is not judged, and not called sound", () => {
  const invariants = judgeInvariants(recordOf([sample()], { watch: { before: null, during: [], after: null } }));
  const unjudged = invariants.filter(({ verdict }) => verdict === "unjudged").map(({ name }) => name);
  assert.deepEqual(unjudged, [
    "the gateway counts what we count",
    "in flight is back to 0",
    "resident memory does not grow",
    "the heap does not grow",
  ]);
});

/** Ten minutes of readings, whose memory grows by so many MiB a minute under noise. */
function soakOf(growthMiB: number): RunRecord {
  const random = seededRandom(7);
  const during = Array.from({ length: 600 }, (_, second) =>
    scrapeOf({
      at: second * 1000,
      residentBytes: (200 + (growthMiB * second) / 60 + 6 * random()) * 2 ** 20,
      heapBytes: (60 + (growthMiB * second) / 60 + 30 * random()) * 2 ** 20,
    }),
  );
  const watch = { before: scrapeOf(), during, after: scrapeOf({ ended: { 200: 1 } }) };
  return recordOf([sample()], { watch, scenario: scenarios.soak });
}

test("memory that grows in a soak is a violation, memory that only trembles is not", () => {
  assert.deepEqual(violated(soakOf(2)), ["resident memory does not grow", "the heap does not grow"]);
  assert.deepEqual(violated(soakOf(0)), []);
});
