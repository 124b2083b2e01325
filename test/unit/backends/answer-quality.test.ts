import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswerQuality } from "../../../src/backends/answer-quality.ts";
import type { AnswerOutcome } from "../../../src/backends/answer-quality.ts";

function addAll(outcomes: readonly AnswerOutcome[]): boolean[] {
  const quality = createAnswerQuality();
  return outcomes.map((outcome) => quality.add(outcome));
}

const repeat = (outcome: AnswerOutcome, times: number) => Array.from({ length: times }, () => outcome);

test("a backend that begins to answer garbage is noticed, whatever it answered before", () => {
  const seen = addAll([...repeat("valid", 500), ...repeat("invalid", 7), ...repeat("truncated", 7)]);
  assert.equal(seen.indexOf(true), 500 + 12);
});

test("a few bad answers, or few answers at all, are no garbage", () => {
  assert.ok(!addAll(repeat("invalid", 19)).includes(true));
  const mixed = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? "repaired" : "invalid") as AnswerOutcome);
  assert.ok(!addAll(mixed).includes(true));
});

test("what another server answered before is forgotten", () => {
  const quality = createAnswerQuality();
  for (let i = 0; i < 19; i += 1) quality.add("invalid");
  quality.forget();
  assert.equal(quality.add("invalid"), false);
});
