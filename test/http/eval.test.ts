import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { Ajv } from "ajv";
import {
  AuditSchema,
  ComparisonSchema,
  DriftSchema,
  LeaderboardSchema,
  ReviewQueueSchema,
} from "../../schemas/index.ts";
import type {
  AuditAnswer,
  ComparisonAnswer,
  LeaderboardAnswer,
  Problem,
  ReviewQueueAnswer,
} from "../../schemas/index.ts";
import { auditExample, comparisonExample, leaderboardExample, reviewQueueExample } from "../../routes/examples/eval.ts";
import { candidate, openTestEvaluation, plainShirt } from "../support/evaluation.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

const ajv = new Ajv({ strict: false });

async function open(t: TestContext, garments = 40) {
  const opened = await openTestEvaluation();
  for (let n = 0; n < garments; n += 1) {
    const content = `c${n}`;
    const metadata = { shop: n % 2 === 0 ? "paris" : "berlin" };
    const isWrong = n % 4 === 0;
    await opened.answer(
      { content, metadata },
      { content, metadata, backend: candidate, confidence: 0.7, attributes: isWrong ? { type: "dress" } : {} },
    );
    if (n < garments - 10) await opened.label({ request_id: `gar_c${n}`, labels: plainShirt, design: "audit" });
  }
  await opened.evaluation.catchUp();
  await opened.evaluation.watch();
  const { app } = await buildStubGateway({
    evaluation: opened.evaluation,
    change: (config) => {
      config.auth.required = true;
      config.auth.keys = [
        { id: "scientist", key: "e", scopes: ["eval"] },
        { id: "operator", key: "a", scopes: ["admin"] },
        { id: "robot", key: "r", scopes: ["infer", "label"] },
      ];
    },
  });
  t.after(async () => {
    await app.close();
    await opened.close();
  });
  const get = (url: string, key = "e") => app.inject({ url, headers: { authorization: `Bearer ${key}` } });
  return { ...opened, app, get };
}

test("the leaderboard answers in the contract's shape", async (t) => {
  const { get } = await open(t);
  const reply = await get("/v1/eval/leaderboard?window=24h&slice=type:shirt&by=metadata.shop");
  assert.equal(reply.statusCode, 200, reply.body);
  const board = reply.json<LeaderboardAnswer>();
  assert.ok(ajv.compile(LeaderboardSchema)(board));
  assert.equal(board.window, "24h");
  const [best, second] = board.arms;
  assert.ok(best && second);
  assert.deepEqual([best.samples, best.weighted.mean, best.throughput], [30, 1, null]);
  assert.ok((second.weighted.mean ?? 1) < 1);
  assert.equal(second.fields.type.accuracy, 22 / 30);
  assert.deepEqual(
    board.by?.slices.map(({ value, arms }) => [value, arms[0]?.samples, arms[0]?.insufficient]),
    [
      ["berlin", 15, true],
      ["paris", 15, true],
    ],
  );
});

test("several slices combine", async (t) => {
  const { get } = await open(t);
  const reply = await get(`/v1/eval/leaderboard?slice=metadata.shop:paris&slice=backend:${candidate}`);
  assert.equal(reply.json<LeaderboardAnswer>().rows, 15);
});

test("the comparison answers in the contract's shape", async (t) => {
  const { get } = await open(t);
  const reply = await get("/v1/eval/comparison");
  assert.equal(reply.statusCode, 200, reply.body);
  const comparison = reply.json<ComparisonAnswer>();
  assert.ok(ajv.compile(ComparisonSchema)(comparison));
  assert.deepEqual([comparison.pairs, comparison.verdict], [30, "collecting"]);
  assert.equal(comparison.fields.type.baseline_only_right, 8);
  const named = await get(`/v1/eval/comparison?baseline=${candidate}&candidate=blackwell-fp8`);
  assert.equal(named.json<ComparisonAnswer>().fields.type.candidate_only_right, 8);
});

test("the review queue, drift and the record answer in their shapes", async (t) => {
  const { get } = await open(t);
  const queue = (await get("/v1/eval/review-queue?limit=5")).json<ReviewQueueAnswer>();
  assert.ok(ajv.compile(ReviewQueueSchema)(queue));
  assert.deepEqual([queue.garments.length, queue.unlabelled, queue.looked_at], [5, 10, 40]);
  assert.ok(ajv.compile(DriftSchema)((await get("/v1/eval/drift")).json()));
  const audit = (await get("/admin/audit?limit=1", "a")).json<AuditAnswer>();
  assert.ok(ajv.compile(AuditSchema)(audit));
  assert.deepEqual([audit.chain.valid, audit.entries[0]?.kind], [true, "verdict"]);
});

test("exports come with their types, names and lines", async (t) => {
  const { get } = await open(t);
  for (const [format, type, name, lines] of [
    ["jsonl", /^application\/x-ndjson/, "scores.jsonl", 60],
    ["csv", /^text\/csv/, "scores.csv", 61],
    ["sft", /^application\/x-ndjson/, "sft.jsonl", 30],
  ] as const) {
    const reply = await get(`/v1/eval/export?format=${format}`);
    assert.equal(reply.statusCode, 200, reply.body);
    assert.match(String(reply.headers["content-type"]), type);
    assert.equal(reply.headers["content-disposition"], `attachment; filename="${name}"`);
    assert.equal(reply.body.trimEnd().split("\n").length, lines, format);
  }
  const yaml = await get("/v1/eval/export?format=model-index&slice=type:shirt");
  assert.match(yaml.body, /^---\nmodel-index:\n/);
});

test("a text of a wrong form is refused in words, not by a regular expression", async (t) => {
  const { get } = await open(t, 1);
  for (const [query, message] of [
    ["window=1y", "must be a time such as 30m, 24h, 7d, 4w, or all"],
    ["designs=all", "must be audit, review, import, or several of them separated by commas"],
  ] as const) {
    const { errors } = (await get(`/v1/eval/leaderboard?${query}`)).json<Problem>();
    assert.deepEqual(errors, [{ path: query.split("=")[0], message }]);
  }
});

for (const [url, status, path] of [
  ["/v1/eval/leaderboard?window=yesterday", 400, "window"],
  ["/v1/eval/leaderboard?window=0h", 400, "window"],
  ["/v1/eval/leaderboard?slice=colour:red", 400, "slice"],
  [`/v1/eval/leaderboard?${"slice=type:a&".repeat(9)}`, 400, "slice"],
  ["/v1/eval/leaderboard?by=colour", 400, "by"],
  ["/v1/eval/leaderboard?designs=best", 400, "designs"],
  ["/v1/eval/leaderboard?limit=3", 400, "limit"],
  ["/v1/eval/comparison?baseline=nobody", 404, null],
  ["/v1/eval/comparison?baseline=", 400, "baseline"],
  [`/v1/eval/comparison?baseline=${candidate}`, 400, "candidate"],
  ["/v1/eval/review-queue?limit=0", 400, "limit"],
  ["/v1/eval/review-queue?limit=501", 400, "limit"],
  ["/v1/eval/review-queue?limit=many", 400, "limit"],
  ["/v1/eval/review-queue?candidate=nobody", 404, null],
  ["/v1/eval/drift?backend=nobody", 404, null],
  ["/v1/eval/export", 400, "format"],
  ["/v1/eval/export?format=xml", 400, "format"],
  ["/v1/eval/export?format=csv&slice=type", 400, "slice"],
  ["/v1/eval/export?format=csv&window=1y", 400, "window"],
  ["/admin/audit?limit=501", 400, "limit"],
  ["/admin/audit?before=0", 400, "before"],
] as const) {
  test(`refused with a problem that names the place: ${url.slice(0, 70)}`, async (t) => {
    const { get } = await open(t, 10);
    const reply = await get(url, url.startsWith("/admin") ? "a" : "e");
    assert.equal(reply.statusCode, status, reply.body);
    const problem = reply.json<Problem>();
    assert.equal(problem.code, status === 404 ? "not_found" : "request_invalid");
    if (path !== null) {
      assert.ok(
        problem.errors?.some((item) => item.path.startsWith(path) || item.message.includes(`'${path}'`)),
        reply.body,
      );
    }
  });
}

test("each view needs its scope", async (t) => {
  const { app, get } = await open(t, 10);
  for (const view of ["leaderboard", "comparison", "review-queue", "drift", "export?format=csv"]) {
    assert.equal((await get(`/v1/eval/${view}`, "r")).statusCode, 403, view);
    assert.equal((await app.inject(`/v1/eval/${view}`)).statusCode, 401, view);
  }
  assert.equal((await get("/admin/audit", "e")).statusCode, 403);
});

test("a store that cannot be read is said so, to be tried again", async (t) => {
  const { get, storage } = await open(t, 10);
  await storage.close();
  for (const [url, key] of [
    ["/v1/eval/leaderboard", "e"],
    ["/v1/eval/comparison", "e"],
    ["/v1/eval/review-queue", "e"],
    ["/v1/eval/export?format=jsonl", "e"],
    ["/admin/audit", "a"],
  ] as const) {
    const reply = await get(url, key);
    assert.equal(reply.statusCode, 503, `${url} ${reply.body}`);
    assert.equal(reply.json<Problem>().code, "overloaded");
    assert.ok(reply.headers["retry-after"]);
  }
});

test("the examples of the API's page fit their schemas", () => {
  assert.ok(ajv.compile(LeaderboardSchema)(leaderboardExample));
  assert.ok(ajv.compile(ComparisonSchema)(comparisonExample));
  assert.ok(ajv.compile(ReviewQueueSchema)(reviewQueueExample));
  assert.ok(ajv.compile(AuditSchema)(auditExample));
});
