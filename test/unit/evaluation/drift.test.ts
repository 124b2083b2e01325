import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "../../../src/kernel/index.ts";
import { baseline, openTestEvaluation } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

/** Answers one second apart; `shift` is the share of dresses among shirts. */
async function answers(opened: TestEvaluation, from: number, count: number, shift: number): Promise<void> {
  const random = seededRandom(from + 1);
  for (let n = from; n < from + count; n += 1) {
    await opened.answer({
      content: `c${n}`,
      attributes: { type: random() < shift ? "dress" : "shirt" },
      confidence: 0.5 + random() / 2,
      atMs: opened.clock.wall() + n * 1000,
    });
  }
}

test("an arm that goes on as it began raises no alarm; one that changes its values does", async () => {
  const opened = await openTestEvaluation();
  await answers(opened, 0, 1_999, 0.2);
  const [few] = (await opened.evaluation.drift({ backend: baseline })).arms;
  assert.deepEqual([few?.windows, few?.fields, few?.alarms], [0, {}, []]);

  // The answers of an arm are counted once a minute.
  opened.clock.advance(60_000);
  await answers(opened, 1_999, 1, 0.2);
  const [steady] = (await opened.evaluation.drift({})).arms;
  assert.deepEqual([steady?.backend, steady?.windows, steady?.alarms], [baseline, 1, []]);
  assert.ok((steady?.fields["type"]?.psi ?? 1) < 0.05);
  assert.ok((steady?.earlier?.to_ms ?? 0) < (steady?.later?.from_ms ?? 0), "the windows do not overlap");

  opened.clock.advance(60_000);
  await answers(opened, 2_000, 1_000, 0.7);
  const [shifted] = (await opened.evaluation.drift({})).arms;
  assert.equal(shifted?.windows, 2);
  assert.deepEqual(
    shifted?.alarms.map((alarm) => alarm.split(",")[0]),
    ["type: predicted values have shifted"],
  );
  await opened.close();
});

test("a backend without answers has no drift, an unknown one is refused", async () => {
  const opened = await openTestEvaluation();
  assert.deepEqual(await opened.evaluation.drift({ backend: baseline }), { arms: [] });
  await assert.rejects(opened.evaluation.drift({ backend: "nobody" }), { code: "not_found" });
  await opened.close();
});
