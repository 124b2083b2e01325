import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { BackendFailure, openBackend, openFleet } from "../../src/backends/index.ts";
import type { Backend, BackendState, CandidateQuery, Fleet } from "../../src/backends/index.ts";
import type { BackendConfig } from "../../schemas/index.ts";
import { backendConfig, chatCall, chatOptions, sample, testDeps, withBackend } from "../support/backends.ts";
import type { BackendScene } from "../support/backends.ts";
import { activeResources, assertQuiet } from "../support/quiet.ts";
import { chatPath, isProbe, openStub } from "../support/stub-vllm.ts";
import type { StubVllm } from "../support/stub-vllm.ts";

/** Waits until the backend is in a state; its handshakes are real exchanges and take a few turns. */
async function reaches(backend: Backend, state: BackendState): Promise<void> {
  for (let turns = 0; turns < 5000 && backend.state !== state; turns += 1) await setImmediate();
  assert.equal(backend.state, state);
}

/** Moves time on until the backend is in a state. */
async function comesTo({ backend, clock }: BackendScene, state: BackendState): Promise<void> {
  for (let rounds = 0; rounds < 20 && backend.state !== state; rounds += 1) {
    clock.advance(1000);
    for (let turns = 0; turns < 200 && backend.state !== state; turns += 1) await setImmediate();
  }
  assert.equal(backend.state, state);
}

const isUnavailable = (error: unknown) =>
  error instanceof BackendFailure && error.kind === "unavailable" && error.sends === 0;

test("a backend is ready after it served its model and obeyed a grammar, and says what it is", () =>
  withBackend(async ({ stub, backend, instruments, lines }) => {
    assert.equal(backend.state, "ready");
    const paths = stub.calls.map((call) => call.path);
    assert.deepEqual(new Set(paths), new Set(["/v1/models", "/version", "/metrics", chatPath]));
    const { server, fingerprint } = backend.describe();
    assert.deepEqual(server, {
      id: "m",
      root: "m",
      maxModelLen: 8192,
      version: "0.29.0",
      systemFingerprint: null,
      processStart: null,
    });
    assert.match(fingerprint ?? "", /^[0-9a-f]{16}$/);
    assert.equal(backend.describe().lastHandshake?.outcome, "passed");
    assert.equal(await sample(instruments, 'backend_state{backend="b1",state="ready"}'), 1);
    assert.equal(await sample(instruments, 'backend_state{backend="b1",state="starting"}'), 0);
    assert.equal(await sample(instruments, 'backend_probes_total{backend="b1",outcome="passed"}'), 1);
    assert.equal(lines.length, 1);
  }));

test("the probe's word is not in its prompt, differs each time, and is no stream", () =>
  withBackend(async (scene) => {
    const { stub, clock } = scene;
    clock.advance(30_000);
    await stub.waitForCalls(2, isProbe);
    const words = stub.calls.filter(isProbe).map((call) => {
      assert.equal(call.json?.["stream"], false);
      const word = call.json?.response_format?.json_schema.schema.properties?.["word"]?.const;
      assert.ok(typeof word === "string" && /^[a-z]{12}$/.test(word));
      assert.ok(!JSON.stringify(call.json?.messages).includes(word));
      return word;
    });
    assert.notEqual(words[0], words[1]);
  }));

test("a server without /version and /tokenize is as good", () =>
  withBackend(
    async ({ backend }) => {
      assert.equal(backend.state, "ready");
      assert.equal(backend.describe().server?.version, null);
    },
    {},
    (stub) => {
      stub.onAny = (call) =>
        call.path === "/v1/models"
          ? { json: { data: [{ id: "m" }] } }
          : isProbe(call)
            ? { json: { choices: [{ message: { content: wordOf(call.body) }, finish_reason: "stop" }] } }
            : { status: 404, text: "" };
    },
  ));

function wordOf(body: string): string {
  const word = /"const":"([a-z]+)"/.exec(body)?.[1];
  return JSON.stringify({ word });
}

test("guidance that is off from the start: quarantined with one clear line, no live request, back when it is on", () =>
  withBackend(
    async (scene) => {
      const { stub, backend, lines, instruments } = scene;
      assert.equal(backend.state, "quarantined");
      await assert.rejects(backend.chat(chatCall(), chatOptions()), isUnavailable);
      await comesTo(scene, "quarantined");
      scene.clock.advance(500);
      await stub.waitForCalls(2, isProbe);
      await letHandshakeEnd(scene, 2);
      assert.equal(lines.length, 1);
      assert.match(lines[0]?.message ?? "", /guided decoding is off/);
      assert.equal(await sample(instruments, 'backend_state{backend="b1",state="quarantined"}'), 1);
      assert.equal(await sample(instruments, 'backend_state_changes_total{backend="b1",state="quarantined"}'), 1);
      stub.guided = true;
      await comesTo(scene, "ready");
      await backend.chat(chatCall(), chatOptions());
      assert.equal(stub.liveCalls().length, 1);
    },
    {},
    (stub) => {
      stub.guided = false;
    },
  ));

/** Waits until so many handshakes have been judged. */
async function letHandshakeEnd({ instruments }: BackendScene, count: number): Promise<void> {
  for (let turns = 0; turns < 5000; turns += 1) {
    if ((await sample(instruments, 'backend_probes_total{backend="b1",outcome="guidance_lost"}')) >= count) return;
    await setImmediate();
  }
  assert.fail(`fewer than ${count} handshakes ended`);
}

test("an answer under the probe's schema that is almost right does not pass", async () => {
  const almost = [
    '{"word":"wrong"}',
    '{"word":"WORD","more":1}',
    '"WORD"',
    "WORD",
    '```json\n{"word":"WORD"}\n```',
    '{"word":"WORD"} Done.',
    null,
  ];
  for (const content of almost) {
    await withBackend(
      async ({ backend }) => assert.equal(backend.describe().reason, "guidance_lost"),
      {},
      (stub) => {
        stub.onAny = (call) => {
          if (call.path === "/v1/models") return { json: { data: [{ id: "m" }] } };
          if (!isProbe(call)) return { status: 404, text: "" };
          const word = /"const":"([a-z]+)"/.exec(call.body)?.[1] ?? "";
          const message = { content: content?.replace("WORD", word) ?? null };
          return { json: { choices: [{ message, finish_reason: "stop" }] } };
        };
      },
    );
  }
});

test("guidance that is lost under way: after the first free answer no request reaches the backend", () =>
  withBackend(async (scene) => {
    const { stub, backend, lines } = scene;
    await backend.chat(chatCall(), chatOptions());
    stub.guided = false;
    const reply = await backend.chat(chatCall(), chatOptions());
    assert.equal(reply.content, "A nice blue shirt.");
    backend.reportAnswer("free_text");
    assert.equal(backend.state, "quarantined");
    await assert.rejects(backend.chat(chatCall(), chatOptions()), isUnavailable);
    await letHandshakeEnd(scene, 1);
    assert.equal(stub.liveCalls().length, 2);
    assert.equal(lines.filter(({ level }) => level === "warn").length, 1);
    stub.guided = true;
    await comesTo(scene, "ready");
    await backend.chat(chatCall(), chatOptions());
    assert.equal(stub.liveCalls().length, 3);
  }));

test("an answer that is only invalid or cut off leaves the backend in rotation", () =>
  withBackend(async ({ backend }) => {
    for (const outcome of ["valid", "repaired", "truncated", "invalid"] as const) backend.reportAnswer(outcome);
    assert.equal(backend.state, "ready");
  }));

test("a server that serves another model is quarantined", () =>
  withBackend(
    async ({ backend, stub }) => {
      assert.deepEqual([backend.state, backend.describe().reason], ["quarantined", "wrong_model"]);
      assert.equal(stub.calls.filter(isProbe).length, 0);
    },
    { model: "another" },
  ));

test("a server that refuses the schema is quarantined, one that refuses the key is unauthorized", async () => {
  const refuse = (status: number, json: unknown) => (stub: StubVllm) => {
    stub.onAny = (call) =>
      call.path === chatPath ? { status, json } : { json: { data: [{ id: "m" }], version: "1" } };
  };
  await withBackend(
    async ({ backend }) =>
      assert.deepEqual([backend.state, backend.describe().reason], ["quarantined", "probe_refused"]),
    {},
    refuse(400, { error: { message: "features not supported by xgrammar" } }),
  );
  await withBackend(
    async ({ backend }) => assert.equal(backend.state, "unauthorized"),
    {},
    refuse(401, { error: "Unauthorized" }),
  );
});

test("a key that is refused under way takes the backend out until it is accepted again", () =>
  withBackend(async (scene) => {
    const { stub, backend } = scene;
    stub.onAny = () => ({ status: 401, json: { error: "Unauthorized" } });
    await assert.rejects(
      backend.chat(chatCall(), chatOptions()),
      (error) => error instanceof BackendFailure && error.kind === "unauthorized" && error.retryable,
    );
    assert.equal(backend.state, "unauthorized");
    stub.onAny = null;
    await comesTo(scene, "ready");
  }));

test("a backend that is not there yet is down, and joins when it comes up", () =>
  withBackend(
    async (scene) => {
      const { stub, backend } = scene;
      assert.deepEqual([backend.state, backend.describe().reason], ["down", "refused"]);
      await stub.start();
      await comesTo(scene, "ready");
    },
    {},
    (stub) => stub.stop(),
  ));

test("a backend that dies is out with the first refused connection, and is probed before it gets traffic again", () =>
  withBackend(async (scene) => {
    const { stub, backend, lines } = scene;
    await stub.stop();
    await assert.rejects(
      backend.chat(chatCall(), chatOptions()),
      (error) => (error as BackendFailure).kind === "connection",
    );
    assert.equal(backend.state, "down");
    await stub.start();
    stub.guided = false; // It came back wrong.
    await comesTo(scene, "quarantined");
    assert.equal(stub.liveCalls().length, 0);
    stub.guided = true;
    await comesTo(scene, "ready");
    assert.deepEqual(
      lines.map(({ fields }) => fields["state"]),
      ["ready", "down", "quarantined", "ready"],
    );
  }));

test("a server that resets everything is out after the handshakes that its first reset brings on", () =>
  withBackend(async (scene) => {
    const { stub, backend } = scene;
    stub.onChat = () => "reset";
    await assert.rejects(backend.chat(chatCall(), chatOptions()));
    assert.equal(backend.state, "ready");
    stub.onAny = () => "reset";
    await comesTo(scene, "down");
    assert.equal(backend.describe().reason, "reset");
  }));

test("ten errors open the circuit; a passed handshake closes it", () =>
  withBackend(async (scene) => {
    const { stub, backend, instruments } = scene;
    stub.onChat = () => ({ status: 500, json: { error: { message: "EngineCore encountered an issue." } } });
    for (let i = 0; i < 10; i += 1) {
      assert.equal(backend.state, "ready");
      await assert.rejects(backend.chat(chatCall(), chatOptions()));
    }
    await reaches(backend, "down");
    assert.equal(backend.describe().lastFailure?.status, 500);
    assert.equal(await sample(instruments, 'backend_circuit_state{backend="b1",state="closed"}'), 0);
    await reaches(backend, "ready");
    assert.equal(await sample(instruments, 'backend_circuit_state{backend="b1",state="closed"}'), 1);
  }));

test("a server that answers the handshake with nothing is down after its time limit", async () => {
  const before = activeResources();
  const stub = await openStub();
  const deps = testDeps();
  stub.onAny = () => "stall";
  const backend = openBackend(backendConfig({ url: stub.url }), deps);
  await stub.waitForCalls(1);
  deps.clock.advance(15_000);
  await backend.onceSettled;
  assert.deepEqual([backend.state, backend.describe().reason], ["down", "timeout"]);
  await backend.close();
  await stub.stop();
  await assertQuiet(before, { timers: () => deps.clock.pending });
});

/** Runs `play` with a fleet whose backends all talk to one stub and have settled. */
async function withFleet(
  configs: Partial<BackendConfig>[],
  play: (scene: { stub: StubVllm; fleet: Fleet }) => Promise<void>,
): Promise<void> {
  const before = activeResources();
  const stub = await openStub();
  stub.models = ["m", "m2"];
  const deps = testDeps();
  const fleet = openFleet(
    configs.map((changes) => backendConfig({ url: stub.url, ...changes })),
    deps,
  );
  assert.equal(fleet.isReady(), false);
  assert.deepEqual(fleet.candidates({}), []);
  try {
    await fleet.onceSettled;
    await play({ stub, fleet });
  } finally {
    await fleet.close();
    await stub.stop();
  }
  await assertQuiet(before, { timers: () => deps.clock.pending, sockets: () => stub.openSockets });
}

test("closing a fleet ends calls and handshakes under way", () =>
  withFleet([{ id: "busy" }, { id: "starting" }], async ({ stub, fleet }) => {
    stub.onAny = () => "stall";
    const [busy, starting] = fleet.backends;
    const call = assert.rejects(
      (busy as Backend).chat(chatCall(), chatOptions()),
      (error) => (error as BackendFailure).kind === "aborted",
    );
    starting?.reportAnswer("free_text"); // its next handshake stalls
    await stub.waitForCalls(8);
    await fleet.close();
    await call;
  }));

test("the fleet offers the live backends that are in rotation and fit", () =>
  withFleet(
    [
      { id: "a", tiers: ["fast"] },
      { id: "b", tiers: ["fast", "accurate"] },
      { id: "c", model: "m2", tiers: ["accurate"] },
      { id: "shadow", role: "shadow" },
      { id: "wrong", model: "nowhere" },
    ],
    async ({ fleet }) => {
      assert.equal(fleet.isReady(), true);
      const ids = (query: CandidateQuery) => new Set(fleet.candidates(query).map(({ id }) => id));
      assert.deepEqual(ids({}), new Set(["a", "b", "c"]));
      assert.deepEqual(ids({ tier: "fast" }), new Set(["a", "b"]));
      assert.deepEqual(ids({ tier: "balanced" }), new Set());
      assert.deepEqual(ids({ model: "m2" }), new Set(["c"]));
      assert.deepEqual(ids({ model: "b" }), new Set(["b"]));
      assert.deepEqual(ids({ model: "shadow" }), new Set());
      assert.deepEqual(ids({ model: "nowhere" }), new Set());
      assert.equal(fleet.describe().find(({ id }) => id === "wrong")?.reason, "wrong_model");
    },
  ));

test("the least busy backend comes first, and equals take turns by chance", () =>
  withFleet([{ id: "a" }, { id: "b" }, { id: "c" }], async ({ stub, fleet }) => {
    const orders = () => Array.from({ length: 50 }, () => fleet.candidates({}).map(({ id }) => id));
    assert.deepEqual(new Set(orders().map(([first]) => first)), new Set(["a", "b", "c"]));
    stub.onChat = () => "stall";
    const caller = new AbortController();
    const [a] = fleet.backends;
    const call = assert.rejects((a as Backend).chat(chatCall(), chatOptions({ signal: caller.signal })));
    assert.ok(orders().every(([, , last]) => last === "a"));
    caller.abort();
    await call;
  }));

test("a fleet without a live backend in rotation is not ready", () =>
  withFleet(
    [
      { id: "shadow", role: "shadow" },
      { id: "wrong", model: "nowhere" },
    ],
    async ({ fleet }) => {
      assert.equal(fleet.isReady(), false);
    },
  ));
