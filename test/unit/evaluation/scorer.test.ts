import assert from "node:assert/strict";
import test from "node:test";
import { createGarments } from "../../../src/predictions/index.ts";
import { armId, baseline, candidate, openTestEvaluation, plainShirt } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

async function scores({ storage }: TestEvaluation) {
  return await storage.db.selectFrom("scores").selectAll().orderBy("id").execute();
}

test("a label that comes after the answers is joined with the answers of every arm", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" }, { content: "c1", backend: candidate, attributes: { type: "dress" } });
  await opened.evaluation.catchUp();
  assert.deepEqual(await scores(opened), []);
  await opened.label({ request_id: "gar_c1", labels: plainShirt, design: "audit" });
  await opened.evaluation.catchUp();
  const rows = await scores(opened);
  assert.deepEqual(
    rows.map((row) => [row.arm_id, row.marks, row.truths, row.weighted, row.design]),
    [
      [armId(baseline), "111111111", "vvvvvvnnn", 1, "audit"],
      [armId(candidate), "011111111", "vvvvvvnnn", 10 / 12.5, "audit"],
    ],
  );
  assert.deepEqual([...new Set(opened.labelled)], ["c1"]);
  await opened.close();
});

test("a label that comes before the answer is joined when the answer comes", async () => {
  const opened = await openTestEvaluation();
  await opened.label({ sample_id: "s1", labels: { type: "shirt" } });
  await opened.evaluation.catchUp();
  await opened.answer({ content: "c1", sampleId: "s1" });
  await opened.evaluation.catchUp();
  const [row] = await scores(opened);
  assert.deepEqual([row?.marks, row?.truths, row?.weighted], ["1--------", "v--------", 1]);
  await opened.close();
});

test("a revised label changes the row in place and says when", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  await opened.label({ request_id: "gar_c1", labels: plainShirt });
  await opened.evaluation.catchUp();
  const [before] = await scores(opened);
  await opened.label({ request_id: "gar_c1", labels: { ...plainShirt, type: "dress" } });
  await opened.evaluation.catchUp();
  const [after] = await scores(opened);
  assert.ok(before && after);
  assert.deepEqual([after.id, after.scored_ms, after.weighted], [before.id, before.scored_ms, 10 / 12.5]);
  assert.ok(after.rescored_ms > before.rescored_ms, "even within one millisecond");
  await opened.close();
});

test("looking again changes nothing", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  await opened.label({ request_id: "gar_c1", labels: plainShirt });
  await opened.evaluation.catchUp();
  const before = await scores(opened);
  opened.clock.advance(1000);
  await opened.storage.db.updateTable("labels").set({ is_joined: 0 }).execute();
  await opened.storage.db.updateTable("answers").set({ is_scored: 0 }).execute();
  await opened.evaluation.catchUp();
  assert.deepEqual(await scores(opened), before);
  await opened.close();
});

test("of an arm's answers about one sample the first counts, whatever photos come later", async () => {
  const opened = await openTestEvaluation();
  await opened.answer(
    { content: "c1", sampleId: "s1", attributes: { type: "dress" } },
    { content: "c2", sampleId: "s1" },
  );
  await opened.label({ sample_id: "s1", labels: { type: "shirt" } });
  await opened.evaluation.catchUp();
  assert.deepEqual(
    (await scores(opened)).map((row) => [row.content, row.weighted]),
    [["c1", 0]],
  );
  await opened.label({ sample_id: "s1", labels: { type: "dress" } });
  await opened.evaluation.catchUp();
  assert.deepEqual(
    (await scores(opened)).map((row) => [row.content, row.weighted]),
    [["c1", 1]],
  );
  await opened.close();
});

test("the same photos sent again are the same garment", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" }, { content: "c1", garment: "gar_again", attributes: { type: "dress" } });
  await opened.label({ request_id: "gar_again", labels: { type: "shirt" } });
  await opened.evaluation.catchUp();
  assert.deepEqual(
    (await scores(opened)).map((row) => [row.garment_id, row.weighted]),
    [["gar_c1", 1]],
  );
  await opened.close();
});

test("a label by image reaches every garment with that image", async () => {
  const opened = await openTestEvaluation();
  const image = "a".repeat(64);
  await opened.answer({ content: "c1", images: [image] }, { content: "c2", images: ["b".repeat(64), image] });
  await opened.label({ image_sha256: image, labels: { type: "shirt" } });
  await opened.evaluation.catchUp();
  assert.deepEqual(
    (await scores(opened)).map((row) => row.content),
    ["c1", "c2"],
  );
  await opened.close();
});

test("several annotators make one truth by majority", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  for (const [annotator, type] of [
    ["a", "shirt"],
    ["b", "dress"],
    ["c", "shirt"],
  ]) {
    await opened.label({ request_id: "gar_c1", annotator, labels: { type } });
  }
  await opened.evaluation.catchUp();
  const [truth] = await opened.storage.db.selectFrom("truths").selectAll().execute();
  assert.deepEqual([truth?.labels, truth?.annotators, truth?.agreement], ['{"type":"shirt"}', 3, 1 / 3]);
  assert.equal((await scores(opened))[0]?.weighted, 1);
  await opened.close();
});

test("a failed answer scores 0 in every labelled field and in its quality", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1", attributes: null });
  await opened.label({ request_id: "gar_c1", labels: { type: "shirt", brand: null } });
  await opened.evaluation.catchUp();
  const [row] = await scores(opened);
  assert.deepEqual(
    [row?.marks, row?.truths, row?.weighted, row?.quality, row?.is_clean, row?.outcome],
    ["0-----0--", "v-----n--", 0, 0, 0, "failed"],
  );
  await opened.close();
});

test("labels for nobody and answers without labels are marked, counted and joined later", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  await opened.label({ sample_id: "nobody", labels: { type: "shirt" } });
  await opened.evaluation.catchUp();
  const { db } = opened.storage;
  assert.deepEqual(await db.selectFrom("labels").select("is_joined").execute(), [{ is_joined: 1 }]);
  assert.deepEqual(await db.selectFrom("answers").select("is_scored").execute(), [{ is_scored: 1 }]);
  const counts = (await opened.instruments.evaluationAnswers.get()).values;
  assert.equal(counts.find(({ labels }) => labels.outcome === "unlabelled")?.value, 1);
  const labelCounts = (await opened.instruments.evaluationLabels.get()).values;
  assert.equal(labelCounts.find(({ labels }) => labels.outcome === "unjoined")?.value, 1);
  await opened.answer({ content: "c2", sampleId: "nobody" });
  await opened.evaluation.catchUp();
  assert.equal((await scores(opened)).length, 1);
  await opened.close();
});

test("more labels and answers than a batch holds are all taken", async () => {
  const opened = await openTestEvaluation();
  const image = "a".repeat(64);
  for (let n = 0; n < 450; n += 1) await opened.answer({ content: `c${n}`, images: [image] });
  await opened.label({ image_sha256: image, labels: { type: "shirt" } });
  await opened.evaluation.catchUp();
  assert.equal((await scores(opened)).length, 450);
  await opened.close();
});

test("rows of another scorer are scored anew after a start", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  await opened.label({ request_id: "gar_c1", labels: plainShirt });
  await opened.evaluation.catchUp();
  await opened.storage.db.updateTable("scores").set({ scorer: "old", weighted: 0.1, marks: "000000000" }).execute();
  await opened.reopen().catchUp();
  const [row] = await scores(opened);
  assert.deepEqual([row?.weighted, row?.marks], [1, "111111111"]);
  assert.notEqual(row?.scorer, "old");
  await opened.close();
});

test("two gateways on one store join everything once", async () => {
  const opened = await openTestEvaluation();
  for (let n = 0; n < 30; n += 1) {
    await opened.answer({ content: `c${n}` }, { content: `c${n}`, backend: candidate });
    await opened.label({ request_id: `gar_c${n}`, labels: plainShirt });
  }
  await Promise.all([opened.evaluation.catchUp(), opened.reopen().catchUp()]);
  assert.equal((await scores(opened)).length, 60);
  await opened.close();
});

/** Another gateway whose SBERT keeps the scorer waiting until `open` is called. */
function withSlowSemantics(opened: TestEvaluation) {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const evaluation = opened.reopen({
    semantics: {
      isConfigured: true,
      async compare() {
        asked.resolve();
        await answer.promise;
        return { sbert: 0.5, hallucination: 0 };
      },
      close: async () => {},
    },
  });
  return { evaluation, asked: asked.promise, open: answer.resolve };
}

test("what is erased while it is scored does not come back, and what is beside it is scored", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1", attributes: { type: "dress" } }, { content: "c2" });
  for (const content of ["c1", "c2"]) await opened.label({ request_id: `gar_${content}`, labels: plainShirt });
  const { evaluation, asked, open } = withSlowSemantics(opened);
  const joining = evaluation.catchUp();
  await asked;
  await createGarments(opened.storage).erase("gar_c1");
  open();
  await joining;
  const { db } = opened.storage;
  assert.deepEqual(await db.selectFrom("truths").select("content").execute(), [{ content: "c2" }]);
  assert.deepEqual(
    (await scores(opened)).map(({ content }) => content),
    ["c2"],
  );
  assert.ok(!opened.labelled.includes("c1"));
  await opened.close();
});

for (const [what, spoil] of Object.entries({
  throws: () => {
    throw new Error("a defect");
  },
  "answers no number": () => ({ sbert: Number.NaN, hallucination: 0 }),
})) {
  test(`a content whose judge ${what} is left out, counted and told; the others are scored`, async () => {
    const opened = await openTestEvaluation();
    const told: unknown[] = [];
    const evaluation = opened.reopen({
      log: { debug() {}, info() {}, warn() {}, error: (fields) => void told.push(fields) },
      semantics: {
        isConfigured: true,
        compare: async ({ hypothesis }) => (hypothesis.includes("zebra") ? spoil() : { sbert: 1, hallucination: 0 }),
        close: async () => {},
      },
    });
    for (const [content, type] of [
      ["c1", "shirt"],
      ["c2", "zebra"],
      ["c3", "dress"],
    ] as const) {
      await opened.answer({ content, attributes: { type } });
      await opened.label({ request_id: `gar_${content}`, labels: plainShirt });
    }
    await evaluation.catchUp();
    assert.deepEqual(
      (await scores(opened)).map(({ content }) => content),
      ["c1", "c3"],
    );
    const { db } = opened.storage;
    const unseen = await db.selectFrom("labels").select("id").where("is_joined", "=", 0).execute();
    assert.deepEqual(unseen, []);
    assert.deepEqual(await db.selectFrom("answers").select("id").where("is_scored", "=", 0).execute(), []);
    const { values } = await opened.instruments.evaluationAnswers.get();
    // Once by its label and once by its answer.
    assert.equal(values.find(({ labels }) => labels.outcome === "unscorable")?.value, 2);
    assert.equal(told.length, 2);
    await evaluation.catchUp();
    assert.equal(told.length, 2, "it is not tried for ever");
    await opened.close();
  });
}
