import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { Ajv } from "ajv";
import { LabelReportSchema, LabelSchema, LabelsTakenSchema } from "../../schemas/index.ts";
import type { LabelReportView, LabelsTaken, Problem } from "../../schemas/index.ts";
import type { Labels } from "../../src/labels/index.ts";
import { labelExample, labelReportExample, labelsTakenExample } from "../../routes/examples/labels.ts";
import { addGarment, ndjson, openLabels } from "../support/labels.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

async function open(t: TestContext, change: (labels: Labels) => Labels = (labels) => labels) {
  const { labels, storage } = await openLabels(t);
  const { app, gateway, logLines } = await buildStubGateway({
    labels: change(labels),
    change: (config) => {
      config.server.max_body_bytes = 4096;
      config.auth.keys = [
        { id: "labeller", key: "l", scopes: ["label"] },
        { id: "robot", key: "r", scopes: ["infer", "eval", "admin"] },
      ];
    },
  });
  t.after(() => app.close());
  const authorization = "Bearer l";
  return {
    app,
    gateway,
    storage,
    logLines,
    post: (
      payload: string | Buffer,
      type: string | null = "application/x-ndjson",
      headers: Record<string, string> = {},
    ) =>
      app.inject({
        method: "POST",
        url: "/v1/labels",
        headers: { authorization, ...(type !== null && { "content-type": type }), ...headers },
        payload,
      }),
    get: (key: string, query = "") =>
      app.inject({ url: `/v1/labels/${encodeURIComponent(key)}${query}`, headers: { authorization } }),
  };
}

test("one label as JSON is stored before the answer, and its history is kept", async (t) => {
  const { post, get, storage, logLines } = await open(t);
  await addGarment(storage, { id: "gar_1" });
  const label = { request_id: "gar_1", annotator: "mia", labels: { type: "dress", brand: null } };
  const first = await post(JSON.stringify(label), "application/json; charset=utf-8");
  assert.deepEqual(
    [first.statusCode, first.json()],
    [200, { accepted: 1, added: 1, joined: 1, rejected: [], rejected_count: 0 }],
  );
  await post(JSON.stringify({ ...label, labels: { type: "skirt" } }), "application/json");
  const report = (await get("gar_1")).json<LabelReportView>();
  assert.ok(new Ajv({ strict: false }).compile(LabelReportSchema)(report));
  assert.deepEqual(report.labels, { type: "skirt" });
  assert.deepEqual(
    report.history.map(({ labels }) => labels),
    [{ type: "skirt" }, { type: "dress", brand: null }],
  );
  const line = logLines.find((each) => each["msg"] === "request");
  assert.deepEqual([line?.["accepted"], line?.["joined"], line?.["rejected"]], [1, 1, 0]);
});

test("NDJSON may be longer than a body; its bad lines are told, the rest is accepted", async (t) => {
  const { post } = await open(t);
  const many = ndjson(Array.from({ length: 500 }, (_, n) => ({ sample_id: `s${n}`, labels: { type: "dress" } })));
  assert.ok(many.length > 4096);
  for (const type of ["application/x-ndjson", "application/ndjson; charset=utf-8", "application/jsonl"]) {
    const taken = (await post(`${many}{"sample_id":"s","labels":{"colour":"red"}}`, type)).json<LabelsTaken>();
    assert.deepEqual([taken.accepted, taken.rejected_count, taken.rejected[0]?.line], [500, 1, 501]);
    assert.match(taken.rejected[0]?.error ?? "", /^labels\.colour is not a field/);
  }
  assert.deepEqual((await post("")).json(), { accepted: 0, added: 0, joined: 0, rejected: [], rejected_count: 0 });
});

test("one label that is none is refused with the places of its mistakes", async (t) => {
  const { post } = await open(t);
  for (const [body, path] of [
    ['{"sample_id":"s","labels":{"colour":"red"}}', "labels.colour"],
    ['[{"sample_id":"s","labels":{"type":"dress"}}]', ""],
    ["null", ""],
    ["{", ""],
  ] as const) {
    const refused = await post(body, "application/json");
    const problem = refused.json<Problem>();
    assert.deepEqual(
      [refused.statusCode, problem.code, problem.errors?.[0]?.path],
      [400, "request_invalid", path],
      body,
    );
  }
});

test("a JSON body may have 64 KiB and not one byte more", async (t) => {
  const { post } = await open(t);
  const label = '{"sample_id":"s","labels":{"type":"dress"}}';
  assert.equal((await post(label.padEnd(65_536), "application/json")).statusCode, 200);
  const refused = await post(label.padEnd(65_537), "application/json");
  assert.deepEqual([refused.statusCode, refused.json<Problem>().code], [413, "body_too_large"]);
});

test("other media types are refused with what to send instead", async (t) => {
  const { post } = await open(t);
  for (const type of ["text/csv", "image/jpeg", "multipart/form-data; boundary=x", "text/plain", null]) {
    const refused = await post("abc", type);
    const problem = refused.json<Problem>();
    assert.deepEqual([refused.statusCode, problem.code], [415, "unsupported_media_type"], String(type));
    assert.match(problem.detail, /application\/x-ndjson/);
  }
});

test("labels need a key with the scope label", async (t) => {
  const { post, app } = await open(t);
  assert.equal((await post("", "application/x-ndjson", { authorization: "Bearer r" })).statusCode, 403);
  assert.equal((await post("", "application/x-ndjson", { authorization: "Bearer x" })).statusCode, 401);
  assert.equal((await app.inject({ url: "/v1/labels/x", headers: { authorization: "Bearer r" } })).statusCode, 403);
});

test("a key may hold slashes and 200 characters of any kind", async (t) => {
  const { post, get } = await open(t);
  for (const key of ["a/b?c=d#e%2F", "😀".repeat(200), "ü".repeat(200)]) {
    await post(ndjson([{ sample_id: key, labels: { type: "dress" } }]));
    const report = await get(key);
    assert.deepEqual([report.statusCode, report.json<LabelReportView>().key], [200, key]);
  }
  const unknown = await get("unknown");
  assert.deepEqual([unknown.statusCode, unknown.json<Problem>().code], [404, "not_found"]);
});

test("the history may be limited to 1 to 1000 revisions, and the kind of key be chosen", async (t) => {
  const { post, get } = await open(t);
  await post(ndjson(["a", "b", "c"].map((type) => ({ sample_id: "s", labels: { type } }))));
  const one = (await get("s", "?limit=1&kind=sample_id")).json<LabelReportView>();
  assert.deepEqual([one.history.length, one.history_cut], [1, true]);
  assert.equal((await get("s", "?limit=1000")).json<LabelReportView>().history_cut, false);
  for (const query of ["?limit=0", "?limit=1001", "?limit=x", "?kind=name", "?more=1"]) {
    assert.equal((await get("s", query)).statusCode, 400, query);
  }
  assert.equal((await get("s", "?kind=request_id")).statusCode, 404);
});

test("when the store fails the answer says so, may be tried again, and tells how much is stored", async (t) => {
  const { post, storage, get } = await open(t);
  await storage.close();
  const refused = await post(ndjson([{ sample_id: "s", labels: { type: "dress" } }]));
  assert.deepEqual([refused.statusCode, refused.headers["retry-after"]], [503, "5"]);
  const problem = refused.json<Problem>();
  assert.deepEqual([problem.code, problem.retryable], ["overloaded", true]);
  assert.equal((await get("s")).statusCode, 503);
});

test("the examples on the page are what they are examples of", () => {
  const ajv = new Ajv({ strict: false });
  assert.ok(ajv.compile(LabelSchema)(labelExample));
  assert.ok(ajv.compile(LabelsTakenSchema)(labelsTakenExample));
  assert.ok(ajv.compile(LabelReportSchema)(labelReportExample));
});
