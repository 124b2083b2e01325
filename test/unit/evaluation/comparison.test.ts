import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "../../../src/kernel/index.ts";
import { armId, baseline, candidate, openTestEvaluation, plainShirt } from "../../support/evaluation.ts";
import type { Answered, TestEvaluation } from "../../support/evaluation.ts";

const quarterMs = 900_000;

/** Labelled garments that both arms answered; `wrong` says which of them the candidate gets wrong. */
async function pairs(
  opened: TestEvaluation,
  count: number,
  wrong: (n: number) => Partial<Answered> = () => ({}),
  from = 0,
): Promise<void> {
  for (let n = from; n < from + count; n += 1) {
    await opened.answer({ content: `c${n}` }, { content: `c${n}`, backend: candidate, confidence: 0.8, ...wrong(n) });
    await opened.label({ request_id: `gar_c${n}`, labels: plainShirt, design: "audit" });
  }
  await opened.evaluation.catchUp();
}

const loses = { attributes: { type: "dress" } };

test("differences, flips and order are those of the pairs", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 40, (n) => (n % 8 === 0 ? loses : {}));
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.pairs, 40);
  assert.equal(answer.verdict, "collecting");
  assert.ok(Math.abs((answer.weighted.difference ?? 0) + (5 * 0.2) / 40) < 1e-12);
  assert.equal(answer.weighted.baseline, 1);
  const { type, brand } = answer.fields;
  assert.deepEqual(
    [type.baseline_only_right, type.candidate_only_right, type.samples, type.difference],
    [5, 0, 40, -0.125],
  );
  assert.deepEqual([brand.null_truth.samples, brand.valued_truth.samples, brand.difference], [40, 0, 0]);
  assert.equal(brand.valued_recall.difference, null, "nobody has seen a brand: no difference was seen either");
  assert.deepEqual([answer.pairing.paired, answer.pairing.older_than_ms], [0, 900_000]);
  assert.ok(type.low <= -0.125 && type.high >= -0.125);
  assert.equal(answer.arms?.candidate.arm, armId(candidate));
  assert.match(answer.reasons.join("; "), /40 of at least 50 pairs/);
  assert.deepEqual(
    answer.slices.map(({ slice, pairs: count, insufficient }) => [slice, count, insufficient]),
    [["type:shirt", 40, false]],
  );
  await opened.close();
});

test("polling takes new pairs in, and gives what a new look at all of them gives", async () => {
  const opened = await openTestEvaluation();
  const random = seededRandom(3);
  const wrong = () => (random() < 0.1 ? loses : {});
  for (let round = 0; round < 4; round += 1) {
    await pairs(opened, 30, wrong, round * 30);
    const polled = await opened.evaluation.comparison({});
    const anew = await opened.reopen().comparison({});
    assert.equal(polled.pairs, (round + 1) * 30);
    assert.deepEqual(polled, anew);
    opened.clock.advance(1000);
  }
  await opened.close();
});

test("a pair is complete with its later answer, whichever arm that is, and counts once", async () => {
  const opened = await openTestEvaluation();
  await opened.label({ sample_id: "s1", labels: { type: "shirt" } }, { sample_id: "s2", labels: { type: "shirt" } });
  await opened.answer({ content: "c1", sampleId: "s1" }, { content: "c2", sampleId: "s2", backend: candidate });
  await opened.evaluation.catchUp();
  assert.equal((await opened.evaluation.comparison({})).pairs, 0);
  await opened.answer({ content: "c1", backend: candidate });
  await opened.evaluation.catchUp();
  assert.equal((await opened.evaluation.comparison({})).pairs, 1);
  await opened.answer({ content: "c2" });
  await opened.evaluation.catchUp();
  assert.equal((await opened.evaluation.comparison({})).pairs, 2);
  await opened.close();
});

test("a relabel is seen, though no row is new", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 10, () => loses);
  assert.equal((await opened.evaluation.comparison({})).fields.type.baseline_only_right, 10);
  await opened.label({ request_id: "gar_c3", labels: { ...plainShirt, type: "dress" } });
  await opened.evaluation.catchUp();
  const { type } = (await opened.evaluation.comparison({})).fields;
  assert.deepEqual([type.baseline_only_right, type.candidate_only_right], [9, 1]);
  await opened.close();
});

test("an erased garment leaves the comparison", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 10);
  assert.equal((await opened.evaluation.comparison({})).pairs, 10);
  await opened.storage.db.deleteFrom("scores").where("content", "=", "c4").execute();
  assert.equal((await opened.evaluation.comparison({})).pairs, 9);
  await opened.close();
});

test("a failed candidate counts as wrong and never drops out", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 60, () => ({ attributes: null }));
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.pairs, 60);
  assert.deepEqual([answer.weighted.candidate, answer.json_rate.candidate], [0, 0]);
  assert.equal(answer.verdict, "reject");
  await opened.close();
});

test("garments that were labelled for their doubt are left out and counted", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 5);
  await opened.answer({ content: "x" }, { content: "x", backend: candidate, ...loses });
  await opened.label({ request_id: "gar_x", labels: plainShirt, design: "review" });
  await opened.evaluation.catchUp();
  const answer = await opened.evaluation.comparison({});
  assert.deepEqual([answer.pairs, answer.pairing.review_left_out], [5, 1]);
  await opened.close();
});

test("a new build begins a new comparison", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 5);
  const before = await opened.evaluation.comparison({});
  opened.clock.advance(1000);
  await opened.answer({ content: "c1", backend: candidate, fingerprint: "new" });
  await opened.evaluation.catchUp();
  const after = await opened.evaluation.comparison({});
  assert.notEqual(after.comparison, before.comparison);
  assert.equal(after.arms?.candidate.fingerprint, "new");
  assert.deepEqual([before.pairs, after.pairs], [5, 1]);
  await opened.close();
});

test("arms that are asked differently are no pair", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" }, { content: "c1", backend: candidate, preparation: "other" });
  const answer = await opened.evaluation.comparison({});
  assert.deepEqual([answer.comparison, answer.arms, answer.pairs, answer.verdict], [null, null, 0, "collecting"]);
  const { weighted, json_rate: jsonRate, fields } = answer;
  for (const { difference, low, high } of [weighted, jsonRate, fields.type, fields.brand.valued_recall]) {
    assert.deepEqual([difference, low, high], [null, -1, 1]);
  }
  assert.match(answer.reasons[0] ?? "", /same prompt, schema and preparation/);
  await opened.close();
});

test("the same build on both sides is never promoted", async () => {
  const opened = await openTestEvaluation();
  opened.builds.set(candidate, opened.builds.get(baseline) ?? assert.fail());
  await pairs(opened, 60);
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.verdict, "invalid");
  assert.match(answer.reasons.join(), /same build/);
  await opened.close();
});

test("one fingerprint under two names is the same build", async () => {
  const opened = await openTestEvaluation();
  const fingerprint = "shared";
  await opened.answer({ content: "c1", fingerprint }, { content: "c1", backend: candidate, fingerprint });
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.verdict, "invalid");
  assert.match(answer.reasons.join(), /same fingerprint/);
  await opened.close();
});

test("answers that agree to the last digit of every confidence come from one build", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 60, () => ({ confidence: 0.9 }));
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.verdict, "invalid");
  assert.match(answer.reasons.join(), /the very same answers and confidences for all of 60 garments/);
  await opened.close();
});

test("pairing that broke invalidates", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 20);
  for (let n = 20; n < 120; n += 1) {
    await opened.answer({ content: `c${n}` });
    await opened.label({ request_id: `gar_c${n}`, labels: plainShirt });
  }
  await opened.evaluation.catchUp();
  assert.equal((await opened.evaluation.comparison({})).verdict, "collecting");
  opened.clock.advance(quarterMs + 1);
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.verdict, "invalid");
  assert.match(answer.reasons.join(), /120 labelled garments were answered, and the pairs stand for 20/);
  assert.deepEqual([answer.pairing.paired, answer.pairing.baseline_only], [20, 100]);
  await opened.close();
});

test("pairs of a small sample stand for the garments that were passed over", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 12, () => ({ inclusion: 0.1 }));
  for (let n = 12; n < 120; n += 1) {
    await opened.answer({ content: `c${n}` });
    await opened.label({ request_id: `gar_c${n}`, labels: plainShirt });
  }
  await opened.evaluation.catchUp();
  opened.clock.advance(quarterMs + 1);
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.verdict, "collecting");
  assert.ok(Math.abs(answer.pairing.stands_for - 120) < 1e-9);
  await opened.close();
});

test("labels by request id that name nothing break the joins; others may wait", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 5);
  for (let n = 0; n < 60; n += 1) await opened.label({ sample_id: `later-${n}`, labels: plainShirt });
  opened.clock.advance(quarterMs + 1);
  assert.equal((await opened.evaluation.comparison({})).verdict, "collecting");
  for (let n = 0; n < 60; n += 1) await opened.label({ request_id: `gar_gone${n}`, labels: plainShirt });
  opened.clock.advance(quarterMs + 1);
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.verdict, "invalid");
  assert.match(answer.reasons.join(), /joins broke: 60 of the newest 65/);
  assert.equal(answer.labels.without_garment, 120);
  await opened.close();
});

test("without labels, disagreement bounds how far the arms can differ", async () => {
  const opened = await openTestEvaluation();
  for (let n = 0; n < 100; n += 1) {
    await opened.answer({ content: `c${n}` });
    await opened.answer({
      content: `c${n}`,
      backend: candidate,
      attributes: n < 10 ? { type: "dress" } : { color: "NAVY" },
    });
  }
  const { without_labels: signals, labels } = await opened.evaluation.comparison({});
  assert.equal(signals.garments, 100);
  assert.equal(signals.fields.type.disagreement, 0.1);
  assert.equal(signals.fields.color.disagreement, 0, "spellings of one value do not disagree");
  assert.ok(signals.fields.type.bound > 0.1 && signals.fields.type.bound < 0.2);
  assert.ok(signals.weighted_bound < 0.2);
  assert.deepEqual([labels.answers_looked_at, labels.unlabelled_answers], [200, 200]);
  await opened.close();
});

test("unknown backends, one backend twice and none at all are refused", async () => {
  const opened = await openTestEvaluation();
  await assert.rejects(opened.evaluation.comparison({ candidate: "nobody" }), { code: "not_found" });
  await assert.rejects(opened.evaluation.comparison({ candidate: baseline }), { code: "request_invalid" });
  opened.settings.baseline = "";
  await assert.rejects(opened.evaluation.comparison({}), { code: "request_invalid", message: /shadow\.baseline/ });
  await opened.close();
});

test("every change of the verdict is recorded once, by whichever gateway sees it", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 5);
  const other = opened.reopen();
  await Promise.all([opened.evaluation.watch(), other.watch()]);
  await opened.evaluation.watch();
  await pairs(opened, 80, () => loses, 5);
  await Promise.all([opened.evaluation.watch(), other.watch()]);
  await opened.reopen().watch();
  const { entries, chain } = await opened.evaluation.readAudit({});
  assert.deepEqual(
    entries.map(({ kind, body }) => [kind, (body as { verdict: string }).verdict]),
    [
      ["verdict", "reject"],
      ["verdict", "collecting"],
    ],
  );
  const body = entries[0]?.body as Record<string, unknown>;
  for (const member of ["arms", "decision", "window", "pairs", "reasons", "versions"]) assert.ok(body[member], member);
  assert.equal(chain.valid, true);
  await opened.close();
});

test("the gauges show how far apart the arms are, with bounds, and on how many pairs", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 20, (n) => (n < 5 ? loses : {}));
  const answer = await opened.evaluation.watch();
  const { shadowDifference, shadowPairs, shadowDriftAlarms } = opened.instruments;
  const { values } = await shadowDifference.get();
  const bounds = Object.fromEntries(
    values.filter(({ labels }) => labels.measure === "weighted").map(({ labels, value }) => [labels.bound, value]),
  );
  const { difference: estimate, low, high } = answer?.weighted ?? {};
  assert.deepEqual(bounds, { estimate, low, high });
  assert.equal(values.length, 11 * 3);
  assert.equal((await shadowPairs.get()).values[0]?.value, 20);
  assert.equal((await shadowDriftAlarms.get()).values[0]?.value, 0);
  await opened.close();
});

test("the gauges show the two current arms and nothing else", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 20, (n) => (n < 5 ? loses : {}));
  await opened.evaluation.watch();
  const arms = [baseline, candidate].map((backend) => `${backend}:${armId(backend).slice(0, 8)}`);
  const { shadowWeightedScore, shadowFieldScore, shadowJsonRate, shadowVerdict } = opened.instruments;
  assert.deepEqual(
    (await shadowWeightedScore.get()).values.map(({ labels, value }) => [labels.arm, value]),
    [
      [arms[0], 1],
      [arms[1], 0.95],
    ],
  );
  const fields = (await shadowFieldScore.get()).values;
  assert.equal(fields.length, 18);
  assert.equal(fields.find(({ labels }) => labels.arm === arms[1] && labels.field === "type")?.value, 0.75);
  assert.equal((await shadowJsonRate.get()).values.length, 2);
  const verdicts = (await shadowVerdict.get()).values;
  assert.deepEqual(
    verdicts.filter(({ value }) => value === 1).map(({ labels }) => labels.verdict),
    ["collecting"],
  );
  await opened.close();
});

test("a promotion needs the verdict, or an override with its reason; a rollback needs neither", async () => {
  const opened = await openTestEvaluation();
  await pairs(opened, 5);
  const decide = (change: object) =>
    opened.evaluation.recordDecision({ kind: "promote", actor: "key-1", reason: "", ...change });
  await assert.rejects(decide({}), {
    code: "request_invalid",
    message: /verdict is collecting.*pairs_to_decide.*override/,
  });
  await assert.rejects(decide({ override: true, reason: "  " }), {
    code: "request_invalid",
    message: /needs a reason/,
  });
  assert.deepEqual((await opened.evaluation.readAudit({})).entries, []);
  const promoted = await decide({ override: true, reason: "the old card broke" });
  const rolledBack = await decide({ kind: "rollback", reason: "again" });
  assert.deepEqual([promoted.kind, promoted.actor, rolledBack.kind], ["promote", "key-1", "rollback"]);
  const body = promoted.body as Record<string, unknown>;
  assert.deepEqual(
    [body["approver"], body["override"], body["reason"], body["verdict"]],
    ["key-1", true, "the old card broke", "collecting"],
  );
  await opened.close();
});

const wide = { weighted: 0.2, type: 0.2, defect_type: 0.2, brand: 0.2, size: 0.2 };

test("a verdict that says promote is recorded, and lets a person promote without more", async () => {
  const opened = await openTestEvaluation();
  opened.settings.decision = { ...opened.settings.decision, margins: wide };
  await pairs(opened, 120, (n) => (n % 40 === 0 ? { attributes: { color: "red" } } : {}));
  assert.equal((await opened.evaluation.watch())?.verdict, "promote");
  const entry = await opened.evaluation.recordDecision({ kind: "promote", actor: "key-1", reason: "as good" });
  assert.equal((entry.body as { verdict: string }).verdict, "promote");
  assert.deepEqual(
    (await opened.evaluation.readAudit({})).entries.map(({ kind }) => kind),
    ["promote", "verdict"],
  );
  await opened.close();
});

test("a slice in which the candidate loses holds a promotion back, and says so", async () => {
  const opened = await openTestEvaluation();
  opened.settings.decision = { ...opened.settings.decision, margins: wide };
  for (let n = 0; n < 700; n += 1) {
    const isCoat = n % 10 === 0;
    const answered = isCoat ? { type: "coat" } : {};
    const lost = isCoat
      ? { color: "red", pattern: "striped", neckline: "v-neck", sleeve_length: "long", closure: "zipper" }
      : {};
    await opened.answer(
      { content: `c${n}`, attributes: answered },
      { content: `c${n}`, backend: candidate, confidence: 0.8, attributes: { ...answered, ...lost } },
    );
    const labels = { ...plainShirt, ...answered };
    await opened.label({ request_id: `gar_c${n}`, labels, design: "audit" });
  }
  await opened.evaluation.catchUp();
  const answer = await opened.evaluation.comparison({});
  assert.equal(answer.verdict, "collecting");
  assert.match(answer.reasons.join("; "), /slice: type:coat: loses at least/);
  assert.deepEqual(
    answer.slices.map(({ slice, pairs: count, failing }) => [slice, count, failing]),
    [
      ["type:shirt", 630, false],
      ["type:coat", 70, true],
    ],
  );
  await opened.close();
});
