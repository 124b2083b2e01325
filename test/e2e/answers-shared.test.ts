import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { AttributesAnswer, Problem } from "../../schemas/index.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";

const photo = new Uint8Array(readFileSync("samples/garments/000-front.jpg"));
const otherPhoto = new Uint8Array(readFileSync("samples/garments/001-front.jpg"));

interface Sent {
  query?: string;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  signal?: AbortSignal;
}

function senderTo(url: string) {
  return async ({ query = "", headers = {}, body = photo, signal }: Sent = {}) => {
    const response = await fetch(`${url}/v1/attributes${query}`, {
      method: "POST",
      headers: { "content-type": "image/jpeg", ...headers },
      body,
      ...(signal !== undefined && { signal }),
    });
    const json = (await response.json()) as AttributesAnswer & Problem;
    return { response, json };
  };
}

test("the same photo again is answered from the cache, each caller keeping its own id, sample id and metadata", async (t) => {
  const { url, metric } = await openSimulatedGateway(t);
  const send = senderTo(url);
  const first = await send({ query: "?sample_id=a" });
  const second = await send({ query: "?sample_id=b&metadata=%7B%22x%22%3A1%7D" });
  assert.equal(first.json.cache, "miss");
  assert.equal(second.json.cache, "hit");
  assert.deepEqual(second.json.attributes, first.json.attributes);
  assert.notEqual(second.json.id, first.json.id);
  assert.deepEqual([first.json.sample_id, second.json.sample_id], ["a", "b"]);
  assert.deepEqual(second.json.metadata, { x: 1 });
  assert.equal(await metric("backend_requests_total"), 1);
  assert.equal(await metric("cache_requests_total", { outcome: "hit" }), 1);
});

test("another photo, tier, budget or view is other content", async (t) => {
  const { url } = await openSimulatedGateway(t);
  const send = senderTo(url);
  await send();
  for (const other of [
    { body: otherPhoto },
    { query: "?tier=fast" },
    { query: "?vision_tokens=100" },
    { query: "?model=b0" },
  ]) {
    assert.equal((await send(other)).json.cache, "miss", JSON.stringify(other).slice(0, 60));
  }
  const form = new FormData();
  form.set("front", new Blob([photo]), "a.jpg");
  const response = await fetch(`${url}/v1/attributes`, { method: "POST", body: form });
  assert.equal(((await response.json()) as AttributesAnswer).cache, "miss");
});

test("no-cache asks anew and stores, no-store does neither", async (t) => {
  const { url } = await openSimulatedGateway(t);
  const send = senderTo(url);
  assert.equal((await send({ headers: { "cache-control": "no-store" } })).json.cache, "miss");
  assert.equal((await send({ headers: { "cache-control": "no-cache" } })).json.cache, "miss");
  assert.equal((await send()).json.cache, "hit");
  assert.equal((await send({ headers: { "cache-control": "no-cache" } })).json.cache, "miss");
});

test("repaired answers are not stored", async (t) => {
  const { url, simulators } = await openSimulatedGateway(t);
  const send = senderTo(url);
  simulators[0]?.faults.set([{ kind: "fenced-json" }]);
  assert.equal((await send()).json.repaired, true);
  simulators[0]?.faults.set([]);
  const again = await send();
  assert.equal(again.json.cache, "miss");
  assert.equal(again.json.repaired, false);
});

test("identical requests in flight share one backend call, and one that leaves does not cancel the others", async (t) => {
  const { url, simulators, metric } = await openSimulatedGateway(t, { simulators: [{ speed: 0.3 }] });
  const send = senderTo(url);
  const leaving = new AbortController();
  const left = send({ signal: leaving.signal }).catch(() => null);
  await eventually(() => (simulators[0]?.stats().running ?? 0) > 0, "the first call runs");
  const others = Promise.all([send(), send(), send()]);
  await eventually(async () => (await metric("requests_in_flight")) === 4, "all four are in flight");
  leaving.abort();
  await left;
  const replies = await others;
  assert.deepEqual(new Set(replies.map(({ json }) => json.cache)), new Set(["coalesced"]));
  assert.equal(new Set(replies.map(({ json }) => json.id)).size, 3);
  assert.equal(await metric("backend_requests_total"), 1);
});

test("a request with an Idempotency-Key is run once and replayed, byte for byte", async (t) => {
  const { url, metric } = await openSimulatedGateway(t);
  const send = senderTo(url);
  const headers = { "idempotency-key": "order-17", "cache-control": "no-store" };
  const first = await send({ headers });
  const second = await send({ headers });
  assert.equal(first.response.headers.get("idempotency-replayed"), null);
  assert.equal(second.response.headers.get("idempotency-replayed"), "true");
  assert.deepEqual(second.json, first.json);
  assert.equal(await metric("backend_requests_total"), 1);
  const other = await send({ headers, body: otherPhoto });
  assert.equal(other.response.status, 422);
  assert.equal(other.json.code, "idempotency_mismatch");
});

test("a second request in flight with the same Idempotency-Key joins the first", async (t) => {
  const { url, simulators, metric } = await openSimulatedGateway(t, { simulators: [{ speed: 0.3 }] });
  const send = senderTo(url);
  const headers = { "idempotency-key": "k", "cache-control": "no-store" };
  const first = send({ headers });
  await eventually(() => (simulators[0]?.stats().running ?? 0) > 0, "the first call runs");
  const second = await send({ headers });
  assert.equal(second.json.id, (await first).json.id);
  assert.equal(await metric("backend_requests_total"), 1);
});

test("a failed run is not kept: the same key runs again", async (t) => {
  const { url, simulators } = await openSimulatedGateway(t);
  const send = senderTo(url);
  const headers = { "idempotency-key": "k", "cache-control": "no-store" };
  simulators[0]?.faults.set([{ kind: "error-500" }]);
  assert.equal((await send({ headers })).response.status, 502);
  simulators[0]?.faults.set([]);
  assert.equal((await send({ headers })).response.status, 200);
});

test("keys, scopes and rate limits guard the API, and say how to go on", async (t) => {
  const { url } = await openSimulatedGateway(t, {
    change(config) {
      config.auth = {
        required: true,
        allow_open: false,
        keys: [
          { id: "shop", key: "shop-key", scopes: ["infer"], limits: { requests_per_minute: 2 } },
          { id: "labels", key: "label-key", scopes: ["label"] },
        ],
      };
    },
  });
  const send = senderTo(url);
  const none = await send();
  assert.equal(none.response.status, 401);
  assert.match(none.response.headers.get("www-authenticate") ?? "", /^Bearer/);
  assert.equal((await send({ headers: { authorization: "Bearer wrong" } })).json.code, "unauthorized");
  assert.equal((await send({ headers: { authorization: "Bearer label-key" } })).json.code, "forbidden");
  const headers = { authorization: "Bearer shop-key" };
  const good = await send({ headers });
  assert.equal(good.response.status, 200);
  assert.match(good.response.headers.get("ratelimit") ?? "", /requests/);
  assert.equal((await send({ headers })).response.status, 200);
  const limited = await send({ headers });
  assert.equal(limited.response.status, 429);
  assert.equal(limited.json.code, "rate_limited");
  assert.ok(Number(limited.response.headers.get("retry-after")) >= 1);
  assert.equal((await fetch(`${url}/healthz`)).status, 200, "health needs no key");
});

test("a tier without a usable backend falls back, and the answer says so and is not stored", async (t) => {
  const { url, gateway } = await openSimulatedGateway(t, { backend: { tiers: ["accurate"] } });
  assert.equal(gateway.fleet.backends.length, 1);
  const send = senderTo(url);
  const answer = (await send({ query: "?tier=fast" })).json;
  assert.equal(answer.tier, "fast");
  assert.deepEqual(answer.degraded, { tier: "accurate" });
  assert.equal((await send({ query: "?tier=fast" })).json.cache, "miss");
});
