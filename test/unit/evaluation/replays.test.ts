import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { baseline, candidate, openTestEvaluation, plainShirt } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

const garments = 120;

/** Every garment is answered right by both builds, and labelled. */
async function openLabelled(t: TestContext): Promise<TestEvaluation> {
  const scene = await openTestEvaluation();
  t.after(() => scene.close());
  for (let at = 0; at < garments; at += 1) {
    const content = `c${String(at).padStart(3, "0")}`;
    await scene.answer({ content, backend: baseline }, { content, backend: candidate });
    await scene.label({ request_id: `gar_${content}`, labels: plainShirt });
  }
  await scene.evaluation.catchUp();
  return scene;
}

async function replay({ storage }: TestEvaluation, backend: string, isRight: (at: number) => boolean): Promise<void> {
  const { id } = await storage.db
    .selectFrom("arms")
    .select("id")
    .where("backend", "=", backend)
    .executeTakeFirstOrThrow();
  const rows = Array.from({ length: garments }, (_, at) => ({
    content: `c${String(at).padStart(3, "0")}`,
    arm_id: id,
    created_ms: 1,
    outcome: "valid",
    attributes: JSON.stringify(isRight(at) ? plainShirt : { ...plainShirt, type: "dress" }),
    weighted: 1,
    marks: "111111111",
    truths: "vvvvvvvvv",
  }));
  await storage.db.insertInto("replays").values(rows).execute();
}

async function replaysOf({ evaluation }: TestEvaluation, backend: string) {
  const { arms } = await evaluation.drift({ backend });
  return arms[0]?.replays ?? null;
}

test("a build that answers as it did is not called worse, and without replays nothing is said", async (t) => {
  const scene = await openLabelled(t);
  assert.equal(await replaysOf(scene, candidate), null);
  await replay(scene, candidate, () => true);
  const found = await replaysOf(scene, candidate);
  assert.equal(found?.replays, garments);
  assert.equal(found.difference, 0);
  assert.equal(found.is_worse, false);
});

test("a build that silently got worse is noticed, told of once, and shown", async (t) => {
  const scene = await openLabelled(t);
  // Two garments in five get another type: 0.2 * 0.4 = 0.08 points less.
  await replay(scene, candidate, (at) => at % 5 > 1);
  await replay(scene, baseline, () => true);
  const found = await replaysOf(scene, candidate);
  assert.ok(Math.abs((found?.difference ?? 0) + 0.08) < 1e-9, String(found?.difference));
  assert.ok((found?.high ?? 1) < 0, String(found?.high));
  assert.equal(found?.is_worse, true);
  assert.equal((await replaysOf(scene, baseline))?.is_worse, false);

  await scene.evaluation.watch();
  await scene.evaluation.watch();
  const told = await scene.evaluation.audit.newest("replay_worse", 10);
  assert.equal(told.length, 1);
  const gauges = await scene.instruments.shadowReplayWorse.get();
  const byBackend = Object.fromEntries(
    gauges.values.map(({ labels, value }) => [String(labels.arm).split(":")[0], value]),
  );
  assert.deepEqual(byBackend, { [baseline]: 0, [candidate]: 1 });
});

test("a label that was corrected since is no change of the build", async (t) => {
  const scene = await openLabelled(t);
  await replay(scene, candidate, () => true);
  for (let at = 0; at < garments; at += 1) {
    const content = `c${String(at).padStart(3, "0")}`;
    await scene.label({ request_id: `gar_${content}`, labels: { ...plainShirt, type: "dress" } });
  }
  await scene.evaluation.catchUp();
  const found = await replaysOf(scene, candidate);
  assert.equal(found?.difference, 0);
});
