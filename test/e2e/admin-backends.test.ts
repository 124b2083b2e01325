import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { AttributesAnswer, BackendView, Problem } from "../../schemas/index.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";

const photo = readFileSync("samples/garments/000-front.jpg");

function adminOf(url: string, headers: Record<string, string> = {}) {
  return {
    async list() {
      const response = await fetch(`${url}/admin/backends`, { headers });
      return ((await response.json()) as { backends: BackendView[] }).backends;
    },
    async patch(id: string, change: unknown) {
      const response = await fetch(`${url}/admin/backends/${id}`, {
        method: "PATCH",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(change),
      });
      return { status: response.status, json: (await response.json()) as BackendView & Problem };
    },
  };
}

test("the list shows state, load, build and the last probe of each backend", async (t) => {
  const { url } = await openSimulatedGateway(t, { simulators: [{}, {}] });
  const [b0] = await adminOf(url).list();
  assert.ok(b0);
  assert.equal(b0.id, "b0");
  assert.equal(b0.admin, "active");
  assert.equal(b0.state, "ready");
  assert.equal(b0.circuit, "closed");
  assert.match(b0.fingerprint ?? "", /^[0-9a-f]+$/);
  assert.equal(b0.last_probe?.outcome, "passed");
  assert.equal(b0.in_flight, 0);
});

test("a draining backend gets nothing new and is taken back as active", async (t) => {
  const { url, post } = await openSimulatedGateway(t, { simulators: [{}, {}] });
  const admin = adminOf(url);
  assert.equal((await admin.patch("b0", { state: "draining" })).json.admin, "draining");
  for (let n = 0; n < 10; n += 1) {
    const answer = (await (await post(photo)).json()) as AttributesAnswer;
    assert.equal(answer.backend, "b1");
  }
  assert.equal((await post(photo, "?model=b0")).status, 503);
  await admin.patch("b0", { state: "active" });
  await eventually(async () => (await post(photo, "?model=b0")).status === 200, "b0 serves again");
});

test("a running call ends before its backend is drained", async (t) => {
  const { url, post, simulators } = await openSimulatedGateway(t, { simulators: [{ speed: 0.3 }] });
  const running = post(photo);
  await eventually(() => (simulators[0]?.stats().running ?? 0) > 0, "it runs");
  await adminOf(url).patch("b0", { state: "draining" });
  assert.equal((await running).status, 200);
});

test("weight, tiers and ceiling change while it runs, and are checked", async (t) => {
  const { url, post } = await openSimulatedGateway(t, { simulators: [{}, {}] });
  const admin = adminOf(url);
  const changed = await admin.patch("b0", { weight: 0, tiers: ["fast"], max_concurrency: 3 });
  assert.equal(changed.status, 200);
  assert.deepEqual([changed.json.weight, changed.json.tiers, changed.json.max_concurrency], [0, ["fast"], 3]);
  assert.ok(changed.json.limit <= 3);
  const answer = (await (await post(photo, "?tier=accurate")).json()) as AttributesAnswer;
  assert.equal(answer.backend, "b1");
  const cases: [unknown, number, string][] = [
    [{ state: "sleeping" }, 400, "request_invalid"],
    [{ weight: -1 }, 400, "request_invalid"],
    [{ weight: "2" }, 400, "request_invalid"],
    [{ tiers: [] }, 400, "request_invalid"],
    [{ max_concurrency: 0 }, 400, "request_invalid"],
    [{ colour: "red" }, 400, "request_invalid"],
    [{}, 400, "request_invalid"],
    [[], 400, "request_invalid"],
    [null, 400, "request_invalid"],
  ];
  for (const [change, status, code] of cases) {
    const refused = await admin.patch("b0", change);
    assert.equal(refused.status, status, JSON.stringify(change));
    assert.equal(refused.json.code, code);
  }
  assert.equal((await admin.patch("nope", { weight: 1 })).json.code, "not_found");
});

test("only the scope admin may look or change", async (t) => {
  const { url } = await openSimulatedGateway(t, {
    change(config) {
      config.auth = {
        required: true,
        allow_open: false,
        keys: [
          { id: "shop", key: "shop-key", scopes: ["infer"] },
          { id: "ops", key: "ops-key", scopes: ["admin"] },
        ],
      };
    },
  });
  assert.equal((await fetch(`${url}/admin/backends`)).status, 401);
  assert.equal((await adminOf(url, { authorization: "Bearer shop-key" }).patch("b0", { weight: 2 })).status, 403);
  assert.equal((await adminOf(url, { authorization: "Bearer ops-key" }).patch("b0", { weight: 2 })).status, 200);
});
