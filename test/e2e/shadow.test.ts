import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { TestContext } from "node:test";
import type { BackendConfig, Config } from "../../schemas/index.ts";
import { sha256 } from "../../src/kernel/index.ts";
import { assertSettled } from "../support/settled.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";
import type { SimulatedGateway } from "../support/simulated-gateway.ts";
import { chatAnswer, openStub } from "../support/stub-vllm.ts";
import type { StubCall } from "../support/stub-vllm.ts";

const photos = Array.from({ length: 12 }, (_, at) =>
  readFileSync(`samples/garments/${String(at + 1).padStart(3, "0")}-front.jpg`),
);
const photo = (at: number): Buffer => photos[at] as Buffer;

type ShadowConfig = Config["shadow"];

/** A gateway whose callers are served by `b0`, and whose garments are all mirrored to `b1`. */
async function openMirrored(
  t: TestContext,
  shadow: Partial<ShadowConfig> = {},
  change: (config: Config) => void = () => {},
): Promise<SimulatedGateway> {
  return openSimulatedGateway(t, {
    simulators: [{}, { seed: 2 }],
    change(config) {
      config.shadow = { ...config.shadow, enabled: true, baseline: "b0", candidate: "b1", mirror_rate: 1, ...shadow };
      const [, candidate] = config.backends as readonly BackendConfig[];
      Object.assign(candidate as BackendConfig, { role: "shadow" });
      change(config);
    },
  });
}

async function answersOf({ gateway }: SimulatedGateway) {
  return gateway.storage.db
    .selectFrom("answers")
    .innerJoin("arms", "arms.id", "answers.arm_id")
    .select(["arms.backend", "origin", "outcome", "failure"])
    .orderBy("answers.id")
    .execute();
}

/** What decides about an answer: everything in the body but the model's name. */
function parameters({ body }: StubCall): string {
  return body.replace(/"model":"[^"]*"/, '"model":""');
}

test("the candidate gets the very same bytes and parameters as the baseline, and the caller never waits for it", async (t) => {
  const stubs = await Promise.all([openStub(), openStub()]);
  const [baseline, candidate] = stubs;
  t.after(() => Promise.all(stubs.map((stub) => stub.stop())));
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  candidate.onChat = async (call) => {
    await held;
    return { json: chatAnswer(answerText, call.json) };
  };
  baseline.onChat = (call) => ({ json: chatAnswer(answerText, call.json) });
  const scene = await openMirrored(t, {}, (config) => {
    for (const [at, backend] of (config.backends as readonly BackendConfig[]).entries()) {
      Object.assign(backend, { url: (stubs[at] as { url: string }).url, model: "m" });
    }
  });
  const response = await scene.post(photo(0));
  assert.equal(response.status, 200);
  await candidate.waitForCalls(1, (call) => candidate.liveCalls().includes(call));
  const [live] = baseline.liveCalls();
  const [mirrored] = candidate.liveCalls();
  assert.equal(parameters(mirrored as StubCall), parameters(live as StubCall));
  assert.equal(await scene.metric("backend_requests_total", { backend: "b1" }), 0, "no live call of the candidate's");
  assert.equal(await scene.metric("backend_in_flight", { backend: "b1" }), 0);
  assert.equal(scene.gateway.fleet.backends[1]?.inFlight, 0);
  release();
  await eventually(async () => (await scene.metric("shadow_mirrors_total", { outcome: "answered" })) === 1, "mirrored");
});

const answerText = JSON.stringify({
  type: "dress",
  color: "red",
  pattern: null,
  neckline: null,
  sleeve_length: null,
  closure: null,
  brand: null,
  size: "M",
  defect_type: null,
});

test("a candidate that always fails is a candidate that fails: callers notice nothing, and every failure is on its record", async (t) => {
  const scene = await openMirrored(t, { max_concurrency: 2 });
  scene.simulators[1]?.faults.set([{ kind: "error-500", rate: 1 }]);
  for (let at = 0; at < 3; at += 1) {
    const response = await scene.post(photo(at));
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { backend: string }).backend, "b0");
  }
  await eventually(async () => (await scene.metric("shadow_mirrors_total", { outcome: "failed" })) >= 2, "failed");
  const failed = (await answersOf(scene)).filter(({ backend }) => backend === "b1");
  assert.ok(failed.length >= 2);
  for (const { outcome, failure } of failed) assert.deepEqual([outcome, failure], ["failed", "server_error (500)"]);
  await eventually(
    async () => (await scene.gateway.following.shadow.status()).paused["b1"] === "circuit",
    "its circuit opens",
  );
  assert.equal(scene.gateway.fleet.backends[1]?.state, "ready", "the live circuit does not hear of it");
  await assertSettled(scene);
});

test("an answer from the cache is kept under its own id and is no sample", async (t) => {
  const scene = await openMirrored(t);
  const ids: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const response = await scene.post(photo(0), "", { headers: { "content-type": "image/jpeg" } });
    ids.push(((await response.json()) as { id: string }).id);
  }
  const garments = async () => scene.gateway.storage.db.selectFrom("garments").select(["id", "cache"]).execute();
  await eventually(async () => (await garments()).length === 2, "both are kept");
  assert.deepEqual(
    new Set((await garments()).map(({ id, cache }) => `${id} ${cache}`)),
    new Set([`${ids[0]} miss`, `${ids[1]} hit`]),
  );
  await eventually(async () => (await answersOf(scene)).length === 2, "one from each arm");
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await answersOf(scene)).length, 2);
});

test("a garment that the only live build fails at is its failure, and the other build is asked about it", async (t) => {
  const scene = await openMirrored(t);
  scene.simulators[0]?.faults.set([{ kind: "error-500", rate: 1 }]);
  const failed = await scene.post(photo(0));
  assert.equal(failed.status, 502);
  await eventually(async () => (await answersOf(scene)).length === 2, "both arms are on record");
  assert.deepEqual(await answersOf(scene), [
    { backend: "b0", origin: "live", outcome: "failed", failure: "backend_failed" },
    { backend: "b1", origin: "mirror", outcome: "valid", failure: null },
  ]);
  const [garment] = await scene.gateway.storage.db.selectFrom("garments").select(["id", "cache"]).execute();
  assert.equal(garment?.cache, "failed");
  assert.equal((await scene.gateway.garments.get(garment.id)).attributes, null);
});

test("a labelled garment costs one mirrored call", async (t) => {
  const scene = await openMirrored(t);
  const hash = sha256(photo(0));
  const label = { image_sha256: hash, labels: { type: "t-shirt" } };
  await fetch(`${scene.url}/v1/labels`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(label),
  });
  await scene.post(photo(0));
  const scores = async () => scene.gateway.storage.db.selectFrom("scores").select("id").execute();
  await eventually(async () => (await scores()).length === 2, "both are scored", 10_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal((await scene.gateway.following.shadow.status()).requestsThisHour, 1);
});

test("a label joins a garment that comes later as a repeat of known photos", async (t) => {
  const scene = await openMirrored(t);
  const cached = { headers: { "content-type": "image/jpeg" } };
  await scene.post(photo(0), "", cached);
  await eventually(async () => (await answersOf(scene)).length === 2, "both have answered");
  await fetch(`${scene.url}/v1/labels`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sample_id: "order-5", labels: { type: "t-shirt" } }),
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const scores = async () => scene.gateway.storage.db.selectFrom("scores").select("id").execute();
  assert.equal((await scores()).length, 0);
  const again = (await (await scene.post(photo(0), "?sample_id=order-5", cached)).json()) as { cache: string };
  assert.equal(again.cache, "hit");
  await eventually(async () => (await scores()).length === 2, "the label has found its garment", 10_000);
});

test("mirrors before the candidate's first handshake wait for it", async (t) => {
  const scene = await openMirrored(t);
  scene.gateway.changeBackend("b1", { state: "disabled" });
  await scene.post(photo(0));
  await eventually(async () => (await scene.gateway.following.shadow.status()).waiting === 1, "it waits");
  scene.gateway.changeBackend("b1", { state: "active" });
  await eventually(async () => (await answersOf(scene)).length === 2, "it is answered");
  assert.equal(await scene.metric("shadow_mirrors_total", { outcome: "failed" }), 0);
});

test("a stored garment is shown with both arms, its image as it was sent, and nothing of it is left once it is erased", async (t) => {
  const scene = await openMirrored(t);
  const { id } = (await (await scene.post(photo(0), "?sample_id=coat-7")).json()) as { id: string };
  await eventually(async () => (await answersOf(scene)).length === 2, "both have answered");
  const garment = (await (await fetch(`${scene.url}/v1/garments/${id}`)).json()) as {
    sample_id: string;
    answers: { backend: string; origin: string }[];
    images: { url: string }[];
  };
  assert.equal(garment.sample_id, "coat-7");
  assert.deepEqual(
    garment.answers.map(({ backend, origin }) => [backend, origin]),
    [
      ["b0", "live"],
      ["b1", "mirror"],
    ],
  );
  const image = await fetch(`${scene.url}${garment.images[0]?.url}`);
  assert.equal(image.headers.get("content-type"), "image/jpeg");
  assert.deepEqual([...new Uint8Array(await image.arrayBuffer()).subarray(0, 2)], [0xff, 0xd8]);
  assert.equal((await fetch(`${scene.url}/v1/garments/${id}/images/1`)).status, 404);
  assert.equal((await fetch(`${scene.url}/v1/garments/${id}/images/x`)).status, 400);

  assert.equal((await fetch(`${scene.url}/v1/garments/${id}`, { method: "DELETE" })).status, 204);
  for (const path of ["", "/images/0"])
    assert.equal((await fetch(`${scene.url}/v1/garments/${id}${path}`)).status, 404);
  assert.equal((await fetch(`${scene.url}/v1/garments/${id}`, { method: "DELETE" })).status, 404);
  assert.deepEqual(await answersOf(scene), []);
});

interface ShadowView {
  settings: {
    enabled: boolean;
    baseline: string;
    candidate: string;
    mirror_rate: number;
    replay: { enabled: boolean };
  };
  status: { waiting: number; paused: Record<string, string | null> };
}

test("the mirror is seen and changed at run time", async (t) => {
  const scene = await openMirrored(t);
  const patch = (body: unknown): Promise<Response> =>
    fetch(`${scene.url}/admin/shadow`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const before = (await (await fetch(`${scene.url}/admin/shadow`)).json()) as ShadowView;
  assert.deepEqual([before.settings.enabled, before.settings.baseline, before.settings.candidate], [true, "b0", "b1"]);

  const changed = (await (await patch({ enabled: false, replay: { enabled: true } })).json()) as ShadowView;
  assert.deepEqual([changed.settings.enabled, changed.settings.replay.enabled], [false, true]);
  assert.equal(changed.status.paused["b1"], "disabled");
  await scene.post(photo(0));
  await eventually(async () => (await answersOf(scene)).length === 1, "kept, and not mirrored");

  const refused: [unknown, RegExp][] = [
    [{}, /./],
    [{ mirror_rate: 1.1 }, /mirror_rate/],
    [{ mirror_rate: "1" }, /mirror_rate/],
    [{ colour: 1 }, /colour|additional/],
    [{ candidate: "b9" }, /candidate/],
    [{ candidate: "b0" }, /candidate/],
    [{ decision: {} }, /decision|additional/],
  ];
  for (const [body, pattern] of refused) {
    const response = await patch(body);
    assert.equal(response.status, 400, JSON.stringify(body));
    assert.match(await response.text(), pattern);
  }
  assert.equal((await patch({ mirror_rate: 0 })).status, 200);
  assert.equal((await patch({ mirror_rate: 1, enabled: true })).status, 200);
  await scene.post(photo(1));
  await eventually(async () => (await answersOf(scene)).length === 3, "mirrored again");
});

test("what waits when the gateway stops is made up for after the next start", async (t) => {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const folder = mkdtempSync("/tmp/garment-gateway-shadow-");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const use = (config: Config): void => void (config.storage.url = `sqlite:${folder}/gateway.db`);
  await t.test("first", async (inner) => {
    const scene = await openMirrored(inner, {}, use);
    scene.gateway.changeBackend("b1", { state: "disabled" });
    await scene.post(photo(0));
    await eventually(async () => (await scene.gateway.following.shadow.status()).waiting === 1, "it waits");
  });
  await t.test("second", async (inner) => {
    const scene = await openMirrored(inner, {}, use);
    await eventually(async () => (await answersOf(scene)).length === 2, "both arms have answered");
    assert.equal((await scene.gateway.following.shadow.status()).spooled, 0);
  });
});

test("answers that are sent away by brown-out or made with the caller's own budget are no samples", async (t) => {
  const scene = await openMirrored(t);
  await scene.post(photo(0), "?vision_tokens=128");
  const garments = async () => scene.gateway.storage.db.selectFrom("garments").select("id").execute();
  await eventually(async () => (await garments()).length === 1, "it is kept");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(await answersOf(scene), []);
});
