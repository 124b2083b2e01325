import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "../../../src/kernel/index.ts";
import type { ArmScores } from "../../../schemas/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import { armId, baseline, candidate, openTestEvaluation, plainShirt } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

const weights = [2.5, 1, 1, 1, 1, 1, 1.5, 1.5, 2];
const hourMs = 3_600_000;

/** Mixed labels, answers, chances and designs, the same each time. */
async function fill(opened: TestEvaluation, garments = 120): Promise<void> {
  const random = seededRandom(7);
  const pick = <T>(...values: T[]) => values[Math.floor(random() * values.length)] as T;
  for (let n = 0; n < garments; n += 1) {
    const content = `c${n}`;
    const common = { content, sampleId: `s${n}`, metadata: { shop: pick("paris", "berlin"), lot: n % 3 } };
    await opened.answer(
      {
        ...common,
        attributes: { type: pick("shirt", "dress"), defect_type: pick(null, null, "hole", "stain") },
        latencyMs: 100 + Math.floor(random() * 200),
        isClean: random() < 0.9,
      },
      {
        ...common,
        backend: candidate,
        inclusion: pick(1, 0.25, 0.1),
        attributes: random() < 0.1 ? null : { type: pick("shirt", "T-Shirt"), brand: pick(null, "Nike") },
        latencyMs: 80 + Math.floor(random() * 100),
      },
    );
    const labels = { ...plainShirt, type: pick("Shirt", "dress"), defect_type: pick(null, "hole") };
    const kept = Object.fromEntries(Object.entries(labels).filter(() => random() < 0.9));
    await opened.label({
      sample_id: `s${n}`,
      labels: kept,
      design: pick("audit", "import", "review"),
      source: pick("crowd", "zen"),
    });
  }
  await opened.evaluation.catchUp();
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

interface Row {
  arm: string;
  inclusion: number;
  design: string;
  marks: string;
  truths: string;
  weighted: number;
  quality: number;
  is_clean: boolean;
  outcome: string;
  origin: string;
  latency_ms: number;
  labels: Record<string, string | null>;
  prediction: Record<string, string | null> | null;
}

async function exported(opened: TestEvaluation): Promise<Row[]> {
  const { text } = await opened.evaluation.export({ format: "jsonl" });
  return (await textOf(text))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** The textbook, not the code: sum(y/p) / sum(1/p). */
function hajek(rows: readonly Row[], value: (row: Row) => number): number {
  const total = rows.reduce((sum, row) => sum + 1 / row.inclusion, 0);
  return rows.reduce((sum, row) => sum + value(row) / row.inclusion, 0) / total;
}

/** Wilson (1927), over Kish's effective number of rows. */
function wilson(mean: number, rows: readonly Row[]): [number, number] {
  const total = rows.reduce((sum, row) => sum + 1 / row.inclusion, 0);
  const n = total ** 2 / rows.reduce((sum, row) => sum + 1 / row.inclusion ** 2, 0);
  const z = 1.959963984540054;
  const half = z * Math.sqrt((mean * (1 - mean)) / n + z ** 2 / (4 * n ** 2));
  const scale = 1 + z ** 2 / n;
  return [(mean + z ** 2 / (2 * n) - half) / scale, (mean + z ** 2 / (2 * n) + half) / scale];
}

function near(actual: number | null, expected: number, what: string): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-9, `${what}: ${actual} is not ${expected}`);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] as number;
}

function checkArm(arm: ArmScores, rows: readonly Row[]): void {
  assert.equal(arm.samples, rows.length);
  assert.equal(arm.failures, rows.filter(({ outcome }) => outcome === "failed").length);
  // The weighted score from the marks alone.
  const byHand = (row: Row): number => {
    const labelled = weights.filter((_, at) => row.marks[at] !== "-").reduce((sum, weight) => sum + weight, 0);
    return weights.filter((_, at) => row.marks[at] === "1").reduce((sum, weight) => sum + weight, 0) / labelled;
  };
  for (const row of rows) near(row.weighted, byHand(row), "a row's weighted score");
  const mean = hajek(rows, byHand);
  const [low, high] = wilson(mean, rows);
  near(arm.weighted.mean, mean, "weighted");
  near(arm.weighted.low, low, "weighted low");
  near(arm.weighted.high, high, "weighted high");
  near(
    arm.quality.mean,
    hajek(rows, (row) => row.quality),
    "quality",
  );
  near(
    arm.json_rate,
    hajek(rows, (row) => Number(row.is_clean)),
    "json rate",
  );
  for (const [at, name] of fieldNames.entries()) {
    const field = arm.fields[name];
    const labelled = rows.filter((row) => row.truths[at] !== "-");
    const isRight = (row: Row): number => Number(row.marks[at] === "1");
    assert.equal(field.samples, labelled.length);
    near(field.accuracy, hajek(labelled, isRight), name);
    near(field.low, Math.max(0, wilson(hajek(labelled, isRight), labelled)[0]), `${name} low`);
    const valued = labelled.filter((row) => row.truths[at] === "v");
    const absent = labelled.filter((row) => row.truths[at] === "n");
    assert.deepEqual([field.valued_samples, field.null_samples], [valued.length, absent.length]);
    if (valued.length > 0) near(field.valued_recall, hajek(valued, isRight), `${name} recall`);
    else assert.equal(field.valued_recall, null);
    if (absent.length > 0) near(field.null_accuracy, hajek(absent, isRight), `${name} null accuracy`);
  }
  const answered = rows.filter(({ outcome }) => outcome !== "failed").map((row) => row.latency_ms);
  assert.deepEqual(
    [arm.latency_ms.p50, arm.latency_ms.p95, arm.latency_ms.p99],
    [0.5, 0.95, 0.99].map((share) => quantile(answered, share)),
  );
  near(arm.defect_macro_f1.value, macroF1(rows), "macro F1");
}

/** F1 of each defect that is labelled or answered, plainly averaged; rows without a label for it say nothing. */
function macroF1(rows: readonly Row[]): number {
  const counts = new Map<string, [hits: number, extra: number, missed: number]>();
  const of = (name: string) => counts.get(name) ?? counts.set(name, [0, 0, 0]).get(name) ?? assert.fail();
  for (const { labels, prediction, inclusion } of rows) {
    const truth = labels["defect_type"];
    if (truth === undefined) continue;
    const answer = prediction?.["defect_type"] ?? null;
    if (truth !== null) of(truth)[truth === answer ? 0 : 2] += 1 / inclusion;
    if (answer !== null && answer !== truth) of(answer)[1] += 1 / inclusion;
  }
  const scores = [...counts.values()].map(([hits, extra, missed]) => (2 * hits) / (2 * hits + extra + missed));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

test("every number of the leaderboard can be recomputed from the exported JSONL", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const rows = await exported(opened);
  assert.equal(rows.length, 240);
  const counted = rows.filter(({ design }) => design !== "review");
  const board = await opened.evaluation.leaderboard({});
  assert.equal(board.rows, counted.length);
  assert.deepEqual(board.left_out, { review: rows.length - counted.length });
  assert.equal(board.arms.length, 2);
  for (const arm of board.arms) {
    assert.equal(arm.throughput, null);
    assert.equal(arm.quality.partial, true);
    checkArm(
      arm,
      counted.filter((row) => row.arm === arm.arm),
    );
  }
  const everything = await opened.evaluation.leaderboard({ designs: "audit,import,review", window: "all" });
  for (const arm of everything.arms) {
    checkArm(
      arm,
      rows.filter((row) => row.arm === arm.arm),
    );
  }
  await opened.close();
});

test("slices hold together, and are compared by canonical value", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const rows = await exported(opened);
  const isDress = ({ labels }: Row) => labels["type"] === "dress";
  const counts = async (...slice: string[]) =>
    (await opened.evaluation.leaderboard({ slice, designs: "audit,import,review" })).rows;
  assert.equal(await counts("type:DRESS"), rows.filter(isDress).length);
  assert.equal(await counts("brand:null"), rows.filter(({ labels }) => labels["brand"] === null).length);
  assert.equal(
    await counts("type:dress", `backend:${candidate}`),
    rows.filter((row) => isDress(row) && row.arm === armId(candidate)).length,
  );
  const paris = await counts("metadata.shop:paris");
  assert.equal(paris + (await counts("metadata.shop:berlin")), 240);
  assert.equal(await counts("metadata.lot:2"), 80);
  assert.equal((await counts("source:crowd")) + (await counts("source:zen")), 240);
  const audits = rows.filter(({ design }) => design === "audit").length;
  assert.equal(await counts("design:audit"), audits);
  assert.equal(await counts("design:audit", "design:import"), 0);
  assert.equal(await counts("type:swimming trunks"), 0);
  await opened.close();
});

test("a dimension's slices add up, and small ones only say that they are", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const { by } = await opened.evaluation.leaderboard({ by: "metadata.lot", designs: "audit,import,review" });
  assert.deepEqual(
    by?.slices.map(({ value, arms }) => [value, arms.map(({ samples, insufficient }) => [samples, insufficient])]),
    ["0", "1", "2"].map((lot) => [
      lot,
      [
        [40, false],
        [40, false],
      ],
    ]),
  );
  const { by: few } = await opened.evaluation.leaderboard({ by: "defect_type", slice: ["metadata.lot:0"] });
  for (const arm of few?.slices.flatMap(({ arms }) => arms) ?? []) {
    if (arm.samples < 30) assert.deepEqual([arm.insufficient, arm.weighted, arm.json_rate], [true, null, null]);
    else assert.notEqual(arm.weighted, null);
  }
  await opened.close();
});

test("a window holds the answers that were made in it", async () => {
  const opened = await openTestEvaluation();
  const now = opened.clock.wall();
  for (const [n, hours] of [0, 1, 23, 25, 200].entries()) {
    await opened.answer({ content: `c${n}`, atMs: now - hours * hourMs });
    await opened.label({ request_id: `gar_c${n}`, labels: plainShirt });
  }
  await opened.evaluation.catchUp();
  const rows = async (window: string) => (await opened.evaluation.leaderboard({ window })).rows;
  assert.deepEqual(
    [await rows("30m"), await rows("2h"), await rows("24h"), await rows("2d"), await rows("2w"), await rows("all")],
    [1, 2, 3, 4, 5, 5],
  );
  await opened.close();
});

test("consistency is the share of fields that replays agree in", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  await opened.label({ request_id: "gar_c1", labels: plainShirt });
  await opened.evaluation.catchUp();
  const other = { ...plainShirt, type: "dress", color: "Navy Blue" };
  await opened.storage.db
    .insertInto("replays")
    .values({
      content: "c1",
      arm_id: armId(baseline),
      created_ms: opened.clock.wall(),
      outcome: "valid",
      attributes: JSON.stringify(other),
      weighted: 0.8,
      marks: "011111111",
      truths: "vvvvvvnnn",
    })
    .execute();
  const { arms } = await opened.evaluation.leaderboard({});
  assert.deepEqual(arms[0]?.consistency, { value: 8 / 9, garments: 1, repeats: 1 });
  await opened.close();
});

test("without labels there are no lines", async () => {
  const opened = await openTestEvaluation();
  await opened.answer({ content: "c1" });
  const board = await opened.evaluation.leaderboard({});
  assert.deepEqual([board.arms, board.rows, board.complete, board.window], [[], 0, true, "24h"]);
  await opened.close();
});

for (const slice of [
  "",
  "type",
  "type:",
  ":dress",
  "colour:red",
  "metadata.:x",
  "metadata:x",
  "design:best",
  "type=dress",
]) {
  test(`a slice that is none is refused, naming the forms: ${JSON.stringify(slice)}`, async () => {
    const opened = await openTestEvaluation();
    await assert.rejects(opened.evaluation.leaderboard({ slice: [slice] }), {
      code: "request_invalid",
      message: /FIELD:value.*metadata\.KEY:value.*design:audit.*backend:ID.*source:NAME/,
    });
    await opened.close();
  });
}

for (const by of ["colour", "metadata.", "source", "type:dress"]) {
  test(`a dimension that is none is refused: ${by}`, async () => {
    const opened = await openTestEvaluation();
    await assert.rejects(opened.evaluation.leaderboard({ by }), { code: "request_invalid" });
    await opened.close();
  });
}
