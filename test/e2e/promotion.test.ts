import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import type { BackendConfig, Config } from "../../schemas/index.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";
import type { SimulatedGateway } from "../support/simulated-gateway.ts";

const photo = readFileSync("samples/garments/001-front.jpg");

/** `b0` serves balanced and accurate, `b1` fast: as the gateway's own default has it. */
async function openPair(t: TestContext, url = "sqlite::memory:"): Promise<SimulatedGateway> {
  return openSimulatedGateway(t, {
    simulators: [{}, { modelId: "sim-other" }],
    change(config: Config) {
      config.storage.url = url;
      config.shadow = { ...config.shadow, enabled: true, baseline: "b0", candidate: "b1", mirror_rate: 1 };
      const [b0, b1] = config.backends as readonly BackendConfig[] as [BackendConfig, BackendConfig];
      config.backends = [
        { ...b0, tiers: ["balanced", "accurate"] },
        { ...b1, role: "shadow", tiers: ["fast"] },
      ];
    },
  });
}

function decide({ url }: SimulatedGateway, kind: string, body: unknown): Promise<Response> {
  return fetch(`${url}/admin/shadow/${kind}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function backendOf(scene: SimulatedGateway, query = ""): Promise<string> {
  const response = await scene.post(photo, query);
  assert.equal(response.status, 200);
  return ((await response.json()) as { backend: string }).backend;
}

const override = { reason: "a rehearsal", override: true };

test("a promotion without the verdict is refused with what to do, and recorded with its reason where it is overridden", async (t) => {
  const scene = await openPair(t);
  const refused = await decide(scene, "promote", { reason: "it is faster" });
  assert.equal(refused.status, 400);
  const problem = (await refused.json()) as { code: string; detail: string };
  assert.equal(problem.code, "request_invalid");
  assert.match(problem.detail, /verdict is collecting.*"override": true/);
  assert.equal(await backendOf(scene), "b0");

  const decided = (await (await decide(scene, "promote", override)).json()) as { baseline: string; audit_seq: number };
  assert.equal(decided.baseline, "b1");
  const entry = (await scene.gateway.evaluation.audit.newest("promote", 1))[0];
  assert.equal(entry?.seq, decided.audit_seq);
  assert.match(JSON.stringify(entry.body), /a rehearsal/);
});

test("a promoted candidate serves every tier, and the former baseline is mirrored to; a rollback undoes both", async (t) => {
  const scene = await openPair(t);
  assert.equal((await decide(scene, "promote", override)).status, 200);
  for (const tier of ["fast", "balanced", "accurate"]) assert.equal(await backendOf(scene, `?tier=${tier}`), "b1");
  const view = (await (await fetch(`${scene.url}/admin/shadow`)).json()) as {
    settings: { baseline: string; candidate: string };
  };
  assert.deepEqual([view.settings.baseline, view.settings.candidate], ["b1", "b0"]);
  await eventually(
    async () => (await scene.metric("shadow_mirrors_total", { outcome: "answered" })) === 1,
    "the former baseline is asked about the photo",
  );
  assert.equal((await decide(scene, "promote", override)).status, 400, "it is promoted already");

  assert.equal((await decide(scene, "rollback", { reason: "a rehearsal" })).status, 200);
  assert.equal(await backendOf(scene), "b0");
  const roles = scene.gateway.fleet.backends.map(({ config }) => [config.role, config.tiers.join(" ")]);
  assert.deepEqual(roles, [
    ["live", "balanced accurate"],
    ["shadow", "fast"],
  ]);
  const refused = await decide(scene, "rollback", { reason: "again" });
  assert.equal(refused.status, 400);
  assert.match(((await refused.json()) as { detail: string }).detail, /no promotion to undo/);
});

test("of several promotions at once one counts, and its rollback undoes it", async (t) => {
  const scene = await openPair(t);
  const statuses = await Promise.all([1, 2, 3].map(async () => (await decide(scene, "promote", override)).status));
  assert.deepEqual(
    statuses.toSorted((a, b) => a - b),
    [200, 400, 400],
  );
  assert.equal((await decide(scene, "rollback", { reason: "enough" })).status, 200);
  assert.deepEqual(rolesOf(scene), { b0: "live", b1: "shadow" });
  assert.equal(await backendOf(scene), "b0");
});

test("while a promotion holds the builds that are compared cannot be changed, and its record is right", async (t) => {
  const scene = await openPair(t);
  assert.equal((await decide(scene, "promote", override)).status, 200);
  const patch = await fetch(`${scene.url}/admin/shadow`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ baseline: "b0", candidate: "b1" }),
  });
  assert.equal(patch.status, 400);
  assert.match(await patch.text(), /rollback/);
  const undone = (await (await decide(scene, "rollback", { reason: "enough" })).json()) as Record<string, string>;
  assert.deepEqual([undone["baseline"], undone["candidate"]], ["b0", "b1"]);
});

test("a candidate that cannot serve is not promoted", async (t) => {
  const scene = await openPair(t);
  scene.gateway.changeBackend("b1", { state: "disabled" });
  const refused = await decide(scene, "promote", override);
  assert.equal(refused.status, 400);
  assert.match(((await refused.json()) as { detail: string }).detail, /b1 cannot serve now: it is disabled/);
  assert.equal(await backendOf(scene), "b0");
  assert.deepEqual(await scene.gateway.evaluation.audit.newest("promote", 1), []);
});

test("a reload keeps a promotion, and one that writes it down takes it over", async (t) => {
  const scene = await openPair(t);
  assert.equal((await decide(scene, "promote", override)).status, 200);
  const reload = async (change: (config: Config, backends: BackendConfig[]) => void): Promise<void> => {
    const next = structuredClone(scene.gateway.config);
    change(next, next.backends as BackendConfig[]);
    await scene.gateway.reconfigure(next);
  };
  await reload((_config, backends) => backends.forEach((backend) => (backend.weight = 3)));
  assert.deepEqual(rolesOf(scene), { b0: "shadow", b1: "live" });
  assert.equal(scene.gateway.following.shadow.settings.baseline, "b1");

  await reload((config, backends) => {
    config.shadow = { ...config.shadow, baseline: "b1", candidate: "b0" };
    backends.forEach((backend) => (backend.role = backend.id === "b1" ? "live" : "shadow"));
  });
  assert.deepEqual(rolesOf(scene), { b0: "shadow", b1: "live" });
  assert.equal(scene.gateway.following.shadow.settings.baseline, "b1");
  assert.equal((await decide(scene, "rollback", { reason: "x" })).status, 400, "it is the configuration's now");
});

function rolesOf({ gateway }: SimulatedGateway): Record<string, string> {
  return Object.fromEntries(gateway.fleet.backends.map(({ id, config }) => [id, config.role]));
}

test("a decision wants a reason, and knows no other members", async (t) => {
  const scene = await openPair(t);
  for (const body of [
    {},
    { reason: "" },
    { reason: 1 },
    { reason: "x", force: true },
    { reason: "x", override: "yes" },
  ]) {
    assert.equal((await decide(scene, "promote", body)).status, 400, JSON.stringify(body));
  }
  assert.equal((await decide(scene, "demote", { reason: "x" })).status, 404);
});

test("a promotion holds over a restart, and so does its rollback", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-promotion-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const url = `sqlite:${folder}/gateway.db`;
  await t.test("promoted", async (inner) => {
    const scene = await openPair(inner, url);
    assert.equal((await decide(scene, "promote", override)).status, 200);
  });
  await t.test("after a restart", async (inner) => {
    const scene = await openPair(inner, url);
    await eventually(() => scene.gateway.following.shadow.settings.baseline === "b1", "taken over from the record");
    assert.equal(await backendOf(scene), "b1");
    assert.equal((await decide(scene, "rollback", { reason: "enough" })).status, 200);
  });
  await t.test("after another one", async (inner) => {
    const scene = await openPair(inner, url);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(scene.gateway.following.shadow.settings.baseline, "b0");
    assert.equal(await backendOf(scene), "b0");
  });
});
