import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { BackendConfig } from "../../schemas/index.ts";
import { BackendFailure, openFleet } from "../../src/backends/index.ts";
import type { Backend, Fleet, Place } from "../../src/backends/index.ts";
import { backendConfig, chatCall, chatOptions, sample, testDeps, withBackend } from "../support/backends.ts";
import { activeResources, assertQuiet } from "../support/quiet.ts";
import { chatAnswer, isProbe, openStub } from "../support/stub-vllm.ts";
import type { StubVllm } from "../support/stub-vllm.ts";

const work = { visionTokens: 300, textTokens: 200 };
const never = new AbortController().signal;

interface Scene extends ReturnType<typeof testDeps> {
  fleet: Fleet;
  stubs: StubVllm[];
  /** A configuration of the n-th backend. */
  config(n: number, changes?: Partial<BackendConfig>): BackendConfig;
}

/** Runs `play` with a fleet of backends `b0`, `b1`, … on a stub each; nothing may be left over. */
async function withFleet(changes: Partial<BackendConfig>[], play: (scene: Scene) => Promise<void>): Promise<void> {
  const before = activeResources();
  const stubs = await Promise.all(changes.map(() => openStub()));
  const deps = testDeps();
  const config = (n: number, more: Partial<BackendConfig> = {}) =>
    backendConfig({ id: `b${n}`, url: stubs[n]?.url ?? "", ...changes[n], ...more });
  const fleet = openFleet(
    changes.map((_, n) => config(n)),
    deps,
  );
  try {
    await fleet.onceSettled;
    await play({ fleet, stubs, config, ...deps });
  } finally {
    await fleet.close();
    await Promise.all(stubs.map((stub) => stub.stop()));
  }
  await assertQuiet(before, {
    inFlight: () => fleet.backends.reduce((sum, { inFlight }) => sum + inFlight, 0),
    waiting: () => fleet.waiting,
    timers: () => deps.clock.pending,
  });
}

async function until(check: () => boolean, what: string): Promise<void> {
  for (let turns = 0; turns < 5000 && !check(); turns += 1) await setImmediate();
  assert.ok(check(), what);
}

const anywhere = (fleet: Fleet, signal = never) => ({ rank: () => fleet.candidates({}), work, signal });

function backendOf(fleet: Fleet, id: string): Backend {
  const found = fleet.backends.find((backend) => backend.id === id);
  assert.ok(found, id);
  return found;
}

test("a place counts from the moment it is taken, and once given back it cannot be given back again", () =>
  withFleet([{}], async ({ fleet }) => {
    const backend = backendOf(fleet, "b0");
    const place = await fleet.acquire(anywhere(fleet));
    assert.deepEqual([backend.inFlight, backend.inFlightTokens], [1, 500]);
    place.release();
    place.release();
    assert.deepEqual([backend.inFlight, backend.inFlightTokens], [0, 0]);
    await assert.rejects(place.chat(chatCall(), chatOptions()), /one call/);
    assert.equal(backend.inFlight, 0);
  }));

test("a place is for one call, which gives it back itself", () =>
  withFleet([{}], async ({ fleet }) => {
    const place = await fleet.acquire(anywhere(fleet));
    await place.chat(chatCall({ work: { visionTokens: 9, textTokens: 1 } }), chatOptions());
    assert.equal(place.backend.inFlight, 0);
    place.release();
    await assert.rejects(place.chat(chatCall(), chatOptions()), /one call/);
    assert.deepEqual([place.backend.inFlight, place.backend.inFlightTokens], [0, 0]);
  }));

test("beyond the limits calls wait in one line, and whichever backend is free first takes the next", () =>
  withFleet([{}, {}], async ({ fleet }) => {
    const held: Place[] = [];
    while (fleet.candidates({}).some(({ freePlaces }) => freePlaces > 0))
      held.push(await fleet.acquire(anywhere(fleet)));
    assert.equal(held.length, fleet.places);
    const next = fleet.acquire(anywhere(fleet));
    assert.equal(fleet.waiting, 1);
    const freed = held.find(({ backend }) => backend.id === "b1");
    freed?.release();
    const place = await next;
    assert.deepEqual([place.backend.id, fleet.waiting], ["b1", 0]);
    for (const each of [...held, place]) each.release();
  }));

test("who waits learns at once that nothing can serve it any more", () =>
  withFleet([{ max_concurrency: 1 }], async ({ fleet, stubs }) => {
    const place = await fleet.acquire(anywhere(fleet));
    const waiting = assert.rejects(fleet.acquire(anywhere(fleet)), { kind: "unavailable", sends: 0 });
    for (const stub of stubs) stub.guided = false;
    place.backend.reportAnswer("free_text");
    await waiting;
    await assert.rejects(place.chat(chatCall(), chatOptions()), { kind: "unavailable", sends: 0 });
  }));

test("a backend that answers every call with 503 loses its preference, and Retry-After is honoured", () =>
  withFleet([{}, {}], async ({ fleet, stubs, clock }) => {
    const [full] = stubs;
    assert.ok(full);
    full.onChat = () => ({ status: 503, headers: { "retry-after": "7" }, json: { error: "scaling" } });
    const served = new Map<string, number>();
    for (let i = 0; i < 30; i += 1) {
      const place = await fleet.acquire(anywhere(fleet));
      served.set(place.backend.id, (served.get(place.backend.id) ?? 0) + 1);
      await place.chat(chatCall(), chatOptions()).catch(() => {});
    }
    assert.equal(served.get("b0"), 1);
    assert.deepEqual([backendOf(fleet, "b0").state, backendOf(fleet, "b0").freePlaces], ["ready", 0]);
    clock.advance(7000);
    assert.ok(backendOf(fleet, "b0").freePlaces > 0);
  }));

test("where every backend wants to be left alone for long, the call is told so and for how long", () =>
  withFleet([{}], async ({ fleet, stubs }) => {
    for (const stub of stubs) stub.onChat = () => ({ status: 429, headers: { "retry-after": "9" }, json: {} });
    const place = await fleet.acquire(anywhere(fleet));
    await assert.rejects(place.chat(chatCall(), chatOptions()), { kind: "busy" });
    await assert.rejects(fleet.acquire(anywhere(fleet)), { kind: "busy", sends: 0, retryAfterMs: 9000 });
  }));

test("a short pause is waited for", () =>
  withFleet([{}], async ({ fleet, stubs, clock }) => {
    for (const stub of stubs) stub.onChat = () => ({ status: 429, json: {} });
    const place = await fleet.acquire(anywhere(fleet));
    await assert.rejects(place.chat(chatCall(), chatOptions()), { kind: "busy" });
    const next = fleet.acquire(anywhere(fleet));
    assert.equal(fleet.waiting, 1);
    clock.advance(100);
    (await next).release();
  }));

test("the limit of a backend grows with its answers and shrinks when it turns calls away", () =>
  withBackend(
    async ({ stub, backend, clock, instruments }) => {
      const metric = () => sample(instruments, 'backend_concurrency_limit{backend="b1"}');
      assert.deepEqual([backend.limit, await metric()], [2, 2]);
      stub.onChat = async (call) => {
        await setImmediate();
        clock.advance(1);
        return { headers: { "endpoint-load-metrics": report(0) }, json: chatAnswer('{"type":"x"}', call.json) };
      };
      await Promise.all(Array.from({ length: 60 }, () => backend.chat(chatCall(), chatOptions())));
      const grown = backend.limit;
      assert.ok(grown >= 16, String(grown));
      assert.equal(await metric(), grown);
      clock.advance(1);
      stub.onChat = () => ({ status: 503, json: { error: "full" } });
      await assert.rejects(backend.chat(chatCall(), chatOptions()));
      assert.equal(backend.limit, Math.floor(grown * 0.7));
    },
    { max_concurrency: 32 },
  ));

const report = (waiting: number) => `JSON {"named_metrics":{"num_requests_waiting":${waiting}}}`;

test("a sample of calls asks for the backend's load, and what cannot be read harms nobody", () =>
  withBackend(async ({ stub, backend }) => {
    const values = ["", "JSON", "JSON {{", report(3), "x".repeat(8000)];
    stub.onChat = (call) => ({
      headers: { "endpoint-load-metrics": values[stub.liveCalls().length % values.length] ?? "" },
      json: chatAnswer('{"type":"x"}', call.json),
    });
    for (let i = 0; i < 40; i += 1) await backend.chat(chatCall(), chatOptions());
    const asking = stub.liveCalls().filter(({ headers }) => headers["endpoint-load-metrics-format"] === "JSON");
    assert.equal(asking.length, 3);
  }));

const page = (running: number, name = "num_requests_waiting") =>
  `vllm:num_requests_running{model_name="m",engine="0"} ${running}\nvllm:${name}{model_name="m",engine="0"} 0\n` +
  `vllm:kv_cache_usage_perc{model_name="m",engine="0"} 0.1\n`;

function serveMetrics(stub: StubVllm, text: () => string): void {
  stub.onAny = (call) => {
    if (call.path === "/metrics") return { text: text() };
    if (call.path === "/v1/models") return { json: { data: [{ id: "m" }] } };
    const word = /"const":"([a-z]+)"/.exec(call.body)?.[1];
    return { json: chatAnswer(JSON.stringify({ word }), call.json) };
  };
}

const scrapes = (stub: StubVllm) => stub.callsTo("/metrics").length;

test("only a quiet backend is looked at, and others' calls there make it less attractive for a while", () =>
  withFleet([{}], async ({ fleet, stubs: [stub], clock, instruments }) => {
    assert.ok(stub);
    const backend = backendOf(fleet, "b0");
    serveMetrics(stub, () => page(20));
    const before = scrapes(stub);
    clock.advance(4000);
    await backend.chat(chatCall(), chatOptions());
    clock.advance(1000); // due, but a call has just ended
    await setImmediate();
    assert.equal(scrapes(stub), before);
    clock.advance(5000);
    await until(() => backend.candidate().inFlightTokens > 10_000, "the page is taken in");
    assert.equal(scrapes(stub), before + 1);
    clock.advance(10_000);
    assert.ok(backend.candidate().inFlightTokens < 10_000);
    assert.ok(backend.freePlaces > 0);
    assert.ok((await sample(instruments, 'backend_scrape_age_seconds{backend="b0"}')) >= 0);
  }));

test("a renamed metric is reported once, and never read as zero", () =>
  withFleet([{}], async ({ fleet, stubs: [stub], clock, instruments, lines }) => {
    assert.ok(stub);
    serveMetrics(stub, () => page(1, "num_requests_queued"));
    for (let i = 1; i <= 3; i += 1) {
      const before = scrapes(stub);
      clock.advance(5000);
      await until(() => scrapes(stub) > before, "looked at");
      for (let turns = 0; turns < 20; turns += 1) await setImmediate();
    }
    assert.equal(await sample(instruments, 'backend_metrics_missing_total{backend="b0",metric="waiting"}'), 1);
    assert.equal(lines.filter(({ message }) => message.includes("/metrics")).length, 1);
    assert.equal(fleet.isReady(), true);
  }));

test("a slow, huge or broken /metrics page hurts nobody", () =>
  withFleet([{}], async ({ fleet, stubs: [stub], clock, instruments }) => {
    assert.ok(stub);
    const backend = backendOf(fleet, "b0");
    const chat = stub.onChat;
    for (const text of ["<xml>", `vllm:x 1\n`.repeat(300_000)]) {
      serveMetrics(stub, () => text);
      const before = scrapes(stub);
      clock.advance(5000);
      await until(() => scrapes(stub) > before, "looked at");
      await backend.chat(chatCall(), chatOptions());
    }
    stub.onChat = chat;
    stub.onAny = (call) => (call.path === "/metrics" ? "stall" : { json: chatAnswer('{"type":"x"}', call.json) });
    const before = scrapes(stub);
    for (let i = 0; i < 3 && scrapes(stub) === before; i += 1) {
      clock.advance(5000);
      for (let turns = 0; turns < 50; turns += 1) await setImmediate();
    }
    await backend.chat(chatCall(), chatOptions());
    assert.equal(backend.state, "ready");
    clock.advance(2000);
    await until(() => stub.openSockets <= 3, "the stalled page is given up");
    assert.ok((await sample(instruments, 'backend_metrics_missing_total{backend="b0",metric="page"}')) >= 1);
  }));

test("draining: no new calls, those under way end, and back it is at once, slowly", () =>
  withFleet([{}], async ({ fleet, lines, instruments }) => {
    const backend = backendOf(fleet, "b0");
    const place = await fleet.acquire(anywhere(fleet));
    const call = place.chat(chatCall(), chatOptions());
    backend.setAdmin({ state: "draining" });
    assert.deepEqual([backend.state, backend.freePlaces, fleet.isReady()], ["draining", 0, false]);
    await assert.rejects(fleet.acquire(anywhere(fleet)), { kind: "unavailable" });
    assert.equal((await call).finishReason, "stop");
    assert.equal(await sample(instruments, 'backend_state{backend="b0",state="draining"}'), 1);
    backend.setAdmin({ state: "draining" });
    backend.setAdmin({ state: "active" });
    assert.deepEqual([backend.state, backend.limit], ["ready", 2]);
    assert.deepEqual(
      lines.map(({ fields }) => fields["state"]),
      ["ready", "draining", "ready"],
    );
    assert.equal(await sample(instruments, 'backend_state_changes_total{backend="b0",state="draining"}'), 1);
  }));

test("disabled: the server is left alone, and enabled again it has to prove itself first", () =>
  withFleet([{}], async ({ fleet, stubs: [stub], clock }) => {
    assert.ok(stub);
    const backend = backendOf(fleet, "b0");
    backend.setAdmin({ state: "disabled" });
    const before = stub.calls.length;
    for (let i = 0; i < 20; i += 1) {
      clock.advance(10_000);
      await setImmediate();
    }
    assert.deepEqual([stub.calls.length, backend.state], [before, "disabled"]);
    const probes = stub.calls.filter(isProbe).length;
    backend.setAdmin({ state: "active" });
    assert.equal(backend.state, "starting");
    await until(() => backend.state === "ready", "ready");
    assert.equal(stub.calls.filter(isProbe).length, probes + 1);
  }));

test("weight, tiers and ceiling change while it runs, and show", () =>
  withFleet([{}], async ({ fleet }) => {
    const backend = backendOf(fleet, "b0");
    backend.setAdmin({ weight: 3, tiers: ["fast"], max_concurrency: 1 });
    assert.deepEqual([backend.config.weight, backend.candidate().weight, backend.limit], [3, 3, 1]);
    assert.equal(fleet.candidates({ tier: "accurate" }).length, 0);
    const { weight, tiers, maxConcurrency, admin, circuit } = backend.describe();
    assert.deepEqual([weight, tiers, maxConcurrency, admin, circuit], [3, ["fast"], 1, "active", "closed"]);
  }));

test("a new configuration adds, changes, replaces and removes without losing a call", () =>
  withFleet([{}, {}, {}], async ({ fleet, stubs, config }) => {
    const gate = Promise.withResolvers<void>();
    for (const stub of stubs) {
      stub.onChat = async (call) => {
        await gate.promise;
        return { json: chatAnswer('{"type":"x"}', call.json) };
      };
    }
    const [b0, b1, b2] = fleet.backends as [Backend, Backend, Backend];
    const calls = [b0, b1, b2].map((backend) => backend.chat(chatCall(), chatOptions()));
    const waiting = fleet.acquire({ rank: () => fleet.candidates({ model: "b9" }).concat(b0), work, signal: never });
    const change = fleet.reconfigure([
      config(0, { weight: 5 }),
      config(1, { url: stubs[2]?.url ?? "" }),
      config(0, { id: "b9" }),
    ]);
    assert.deepEqual(change, { added: ["b9"], removed: ["b2"], changed: ["b0"], replaced: ["b1"] });
    assert.deepEqual(
      fleet.backends.map(({ id }) => id),
      ["b0", "b1", "b9"],
    );
    assert.equal(fleet.backends[0], b0);
    assert.equal(b0.config.weight, 5);
    assert.notEqual(fleet.backends[1], b1);
    assert.deepEqual([b1.state, b2.state], ["draining", "draining"]);
    gate.resolve();
    for (const call of calls) assert.equal((await call).finishReason, "stop");
    (await waiting).release();
    await until(() => fleet.isReady() && b1.openSockets + b2.openSockets === 0, "the old ones are closed");
    assert.equal(
      fleet.reconfigure([config(0, { weight: 5 }), config(1, { url: stubs[2]?.url ?? "" }), config(0, { id: "b9" })])
        .changed.length,
      0,
    );
  }));

test("a fleet that closes while a backend drains ends its calls", () =>
  withFleet([{}, {}], async ({ fleet, stubs, config }) => {
    for (const stub of stubs) stub.onChat = () => "stall";
    const call = assert.rejects(
      backendOf(fleet, "b1").chat(chatCall(), chatOptions()),
      (error) => error instanceof BackendFailure && error.kind === "aborted",
    );
    fleet.reconfigure([config(0)]);
    await fleet.close();
    await call;
  }));

test("a backend that begins to answer garbage is taken out, unless it is alone", () =>
  withFleet([{}, {}], async ({ fleet, clock }) => {
    const [b0, b1] = fleet.backends as [Backend, Backend];
    for (let i = 0; i < 20; i += 1) b0.reportAnswer("truncated");
    assert.deepEqual([b0.describe().state, b0.describe().reason], ["quarantined", "bad_answers"]);
    for (let i = 0; i < 40; i += 1) b1.reportAnswer("invalid");
    assert.equal(b1.state, "ready");
    for (let i = 0; i < 12 && b0.freePlaces === 0; i += 1) {
      clock.advance(1000);
      for (let turns = 0; turns < 200; turns += 1) await setImmediate();
    }
    assert.deepEqual([b0.describe().state, b0.limit], ["ready", 2]);
  }));

test("a server that died and came back is in rotation again within two seconds of its return", () =>
  withFleet([{}], async ({ fleet, stubs: [stub], clock }) => {
    assert.ok(stub);
    const backend = backendOf(fleet, "b0");
    for (const outageMs of [1000, 30_000, 5000]) {
      await stub.stop();
      await assert.rejects(backend.chat(chatCall(), chatOptions()));
      await until(() => backend.state === "down", "down");
      for (let ms = 0; ms < outageMs; ms += 500) {
        clock.advance(500);
        for (let turns = 0; turns < 20; turns += 1) await setImmediate();
      }
      await stub.start();
      for (let ms = 0; ms < 2000 && !fleet.isReady(); ms += 500) {
        clock.advance(500);
        for (let turns = 0; turns < 300 && !fleet.isReady(); turns += 1) await setImmediate();
      }
      assert.ok(fleet.isReady(), `after ${outageMs} ms`);
    }
  }));
