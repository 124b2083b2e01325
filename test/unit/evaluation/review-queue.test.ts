import assert from "node:assert/strict";
import test from "node:test";
import { baseline, candidate, openTestEvaluation, plainShirt } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

/** Unlabelled garments that both arms answered; every fifth differs in its type, every seventh in its colour. */
async function fill(opened: TestEvaluation, count = 100): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const content = `c${n}`;
    await opened.answer(
      { content, images: [`${content}-front`, `${content}-tag`], sampleId: n === 0 ? "s0" : null },
      {
        content,
        backend: candidate,
        confidence: 0.5 + (n % 10) / 25,
        attributes: { ...(n % 5 === 0 && { type: "dress" }), ...(n % 7 === 0 && { color: "red" }) },
      },
    );
  }
}

test("a fifth is drawn at random with its chance, the rest is ranked by what a label would tell", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const queue = await opened.evaluation.reviewQueue({ limit: 20 });
  assert.deepEqual([queue.looked_at, queue.unlabelled, queue.garments.length], [100, 100, 20]);
  const drawn = queue.garments.filter(({ design }) => design === "audit");
  const ranked = queue.garments.filter(({ design }) => design === "review");
  assert.equal(drawn.length, 4);
  assert.ok(drawn.every((garment) => garment.inclusion_probability === 4 / 100));
  assert.ok(ranked.every((garment) => garment.inclusion_probability === null));
  for (const [at, garment] of ranked.entries()) {
    assert.ok(garment.score <= (ranked[at - 1]?.score ?? 1));
    assert.ok(garment.fields.length > 0, "garments that the arms agree about tell least");
  }
  await opened.close();
});

test("the score is disagreement x weight x doubt, as a share of all weights", async () => {
  const opened = await openTestEvaluation();
  await opened.answer(
    { content: "c1" },
    { content: "c1", backend: candidate, confidence: 0.6, attributes: { brand: "Nike" } },
  );
  const { garments } = await opened.evaluation.reviewQueue({});
  assert.ok(Math.abs((garments[0]?.score ?? 0) - (1.5 * 0.4) / 12.5) < 1e-12);
  assert.deepEqual(garments[0]?.fields, [
    { field: "brand", baseline: null, candidate: "Nike", baseline_confidence: 0.9, candidate_confidence: 0.6 },
  ]);
  await opened.close();
});

test("the draw is the same until its garments are labelled, and does not depend on the answers", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const drawn = async () =>
    (await opened.evaluation.reviewQueue({ limit: 50 })).garments
      .filter(({ design }) => design === "audit")
      .map(({ garment }) => garment)
      .sort();
  const first = await drawn();
  assert.equal(first.length, 10);
  await opened.storage.db.updateTable("answers").set({ attributes: null, confidence: null }).execute();
  assert.deepEqual(await drawn(), first);
  for (const garment of first) await opened.label({ request_id: garment, labels: plainShirt, design: "audit" });
  await opened.evaluation.catchUp();
  const second = await drawn();
  assert.ok(second.every((garment) => !first.includes(garment)));
  await opened.close();
});

test("drawn garments are spread among the others, so that a reader who stops early keeps the share", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const { garments } = await opened.evaluation.reviewQueue({ limit: 50 });
  for (let start = 0; start < 50; start += 10) {
    const part = garments.slice(start, start + 10).filter(({ design }) => design === "audit");
    assert.equal(part.length, 2);
  }
  await opened.close();
});

test("each garment comes with its images and the label to send, which is refused until somebody has looked", async () => {
  const opened = await openTestEvaluation();
  await opened.answer(
    { content: "c1", images: ["a", "b"], sampleId: "s1" },
    { content: "c1", backend: candidate, attributes: null },
  );
  const [garment] = (await opened.evaluation.reviewQueue({})).garments;
  assert.ok(garment);
  assert.deepEqual(
    [garment.garment, garment.sample_id, garment.outcomes, garment.fields.length],
    ["gar_c1", "s1", { baseline: "valid", candidate: "failed" }, 9],
  );
  assert.deepEqual(garment.images, [
    { view: "front", url: "/v1/garments/gar_c1/images/0", kept: false },
    { view: "front", url: "/v1/garments/gar_c1/images/1", kept: false },
  ]);
  await assert.rejects(opened.label(garment.label), { code: "request_invalid" });
  await opened.label({ ...garment.label, labels: plainShirt });
  await opened.evaluation.catchUp();
  assert.deepEqual((await opened.evaluation.reviewQueue({})).garments, []);
  await opened.close();
});

test("few garments are all given out, and none are no error", async () => {
  const opened = await openTestEvaluation();
  assert.deepEqual((await opened.evaluation.reviewQueue({})).garments, []);
  await opened.answer({ content: "only" });
  assert.equal((await opened.evaluation.reviewQueue({})).looked_at, 0);
  await fill(opened, 3);
  const { garments } = await opened.evaluation.reviewQueue({ limit: 500 });
  assert.equal(garments.length, 3);
  await assert.rejects(opened.evaluation.reviewQueue({ candidate: baseline }), { code: "request_invalid" });
  await opened.close();
});
