import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createAvailability } from "../../../src/backends/availability.ts";
import type { Availability } from "../../../src/backends/availability.ts";
import { BackendFailure } from "../../../src/backends/failure.ts";
import type { FailureFacts, FailureKind } from "../../../src/backends/failure.ts";
import type { HandshakeOutcome, OutageReason } from "../../../src/backends/handshake.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import type { ManualClock } from "../../support/manual-clock.ts";

const passed: HandshakeOutcome = {
  passed: true,
  facts: { id: "m", root: null, maxModelLen: null, version: null, systemFingerprint: null, processStart: 7 },
};

interface Scene {
  clock: ManualClock;
  availability: Availability;
  /** What the next handshakes find; the last one stays. */
  find: (...reasons: (OutageReason | "passed")[]) => void;
  handshakes: () => number;
  /** Every state entered, with its reason. */
  changes: string[];
  /** Every state that the circuit entered. */
  circuit: string[];
  setBusy(isBusy: boolean): void;
  /** Handshakes wait until released. */
  hold(): () => void;
  fail(kind: FailureKind, facts?: FailureFacts): void;
  succeed(): void;
}

/** An availability whose handshakes are scripted, after its first one has passed. */
async function ready(): Promise<Scene> {
  const scene = open();
  await settle();
  assert.equal(scene.availability.state, "ready");
  return scene;
}

function open(first: OutageReason | "passed" = "passed"): Scene {
  const clock = createManualClock();
  const changes: string[] = [];
  const circuit: string[] = [];
  let script: (OutageReason | "passed")[] = [first];
  let handshakes = 0;
  let isBusy = false;
  let gate = Promise.resolve();
  const availability = createAvailability({
    clock,
    random: () => 1,
    async shakeHands() {
      handshakes += 1;
      const found = (script.length > 1 ? script.shift() : script[0]) ?? "passed";
      await gate;
      return found === "passed" ? passed : { passed: false, reason: found };
    },
    isBusy: () => isBusy,
    onHandshake() {},
    onChange: ({ to, reason }) => changes.push(reason === null ? to : `${to}: ${reason}`),
    onCircuit: (state) => circuit.push(state),
  });
  return {
    clock,
    availability,
    find(...reasons) {
      script = reasons;
    },
    handshakes: () => handshakes,
    changes,
    circuit,
    setBusy(value) {
      isBusy = value;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    fail: (kind, facts) => availability.track()(new BackendFailure(kind, facts)),
    succeed: () => availability.track()(null),
  };
}

/** Lets handshakes that are due end. */
async function settle(): Promise<void> {
  await setImmediate();
}

test("a backend starts outside the rotation and enters it with a passed handshake", async () => {
  const { availability, changes } = open();
  assert.equal(availability.state, "starting");
  await availability.onceSettled;
  assert.equal(availability.state, "ready");
  assert.deepEqual(changes, ["ready"]);
  availability.close();
});

test("a failed first handshake settles too, and each reason has its state", async () => {
  const states: [OutageReason, string][] = [
    ["refused", "down"],
    ["timeout", "down"],
    ["busy", "down"],
    ["unauthorized", "unauthorized"],
    ["wrong_model", "quarantined"],
    ["probe_refused", "quarantined"],
    ["guidance_lost", "quarantined"],
  ];
  for (const [reason, state] of states) {
    const { availability } = open(reason);
    await availability.onceSettled;
    assert.deepEqual([availability.state, availability.reason], [state, reason]);
    availability.close();
  }
});

for (const [reason, pausesMs] of [
  ["refused", [500, 1000, 2000, 2000, 2000]],
  ["reset", [500, 1000, 2000, 2000]],
  ["server_error", [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
] as const) {
  test(`after ${reason} handshakes are repeated with growing pauses, and one log-worthy change`, async () => {
    const { clock, handshakes, changes, availability } = open(reason);
    await settle();
    for (const pauseMs of pausesMs) {
      const before = handshakes();
      clock.advance(pauseMs - 1);
      await settle();
      assert.equal(handshakes(), before);
      clock.advance(1);
      await settle();
      assert.equal(handshakes(), before + 1);
    }
    assert.deepEqual(changes, [`down: ${reason}`]);
    availability.close();
  });
}

test("a recovered backend returns", async () => {
  const { clock, find, availability, changes } = open("refused");
  await settle();
  find("passed");
  clock.advance(500);
  await settle();
  assert.equal(availability.state, "ready");
  assert.deepEqual(changes, ["down: refused", "ready"]);
  availability.close();
});

test("a refused connection takes it out at once, and the handshake begins at once", async () => {
  const scene = await ready();
  scene.find("refused");
  scene.fail("connection", { connection: "refused" });
  assert.equal(scene.availability.state, "down");
  assert.equal(scene.handshakes(), 2);
  scene.availability.close();
});

test("failures bring the next handshake forward, once a second at most, even where the backend is busy", async () => {
  const scene = await ready();
  scene.setBusy(true);
  for (const kind of ["connection", "server_error", "bad_reply"] as const) scene.fail(kind, { connection: "reset" });
  await settle();
  assert.equal(scene.handshakes(), 2);
  scene.clock.advance(1000);
  scene.fail("server_error");
  await settle();
  assert.equal(scene.handshakes(), 3);
  assert.equal(scene.availability.state, "ready");
  scene.availability.close();
});

test("a handshake that fails as the calls do is more evidence, one that finds nobody is proof", async () => {
  const scene = await ready();
  scene.find("server_error");
  scene.fail("server_error");
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.find("refused");
  scene.clock.advance(1000);
  scene.fail("server_error");
  await settle();
  assert.deepEqual([scene.availability.state, scene.availability.reason], ["down", "refused"]);
  scene.availability.close();
});

test("a backend without traffic that fails its handshakes is out within a minute", async () => {
  const scene = await ready();
  scene.find("server_error");
  for (let i = 0; i < 60 && scene.availability.state === "ready"; i += 1) {
    scene.clock.advance(1000);
    await settle();
  }
  assert.equal(scene.availability.state, "down");
  scene.availability.close();
});

test("a hundred times 429, then twenty times 500: the circuit opens", async () => {
  const scene = await ready();
  for (let i = 0; i < 100; i += 1) scene.fail("busy", { status: 429 });
  await settle();
  assert.equal(scene.availability.circuit, "closed");
  const release = scene.hold();
  for (let i = 0; i < 20; i += 1) scene.fail("server_error", { status: 500 });
  await settle();
  assert.deepEqual([scene.availability.state, scene.availability.reason], ["down", "server_error"]);
  assert.equal(scene.availability.circuit, "half_open"); // its handshake is under way
  release();
  scene.availability.close();
});

test("failures among mostly answers do not open it, mostly failures do", async () => {
  const scene = await ready();
  for (let i = 0; i < 40; i += 1) {
    if (i % 3 === 0) scene.fail("timeout");
    else scene.succeed();
  }
  await settle();
  assert.equal(scene.availability.circuit, "closed");
  scene.hold();
  for (let i = 0; i < 40; i += 1) scene.fail("timeout");
  await settle();
  assert.deepEqual([scene.availability.state, scene.availability.reason], ["down", "timeout"]);
  scene.availability.close();
});

test("nine failures conclude nothing, and failures of long ago are forgotten", async () => {
  const scene = await ready();
  for (let i = 0; i < 9; i += 1) scene.fail("timeout");
  await settle();
  assert.equal(scene.availability.circuit, "closed");
  scene.clock.advance(31_000);
  await settle();
  for (let i = 0; i < 9; i += 1) scene.fail("timeout");
  await settle();
  assert.equal(scene.availability.circuit, "closed");
  scene.hold();
  scene.fail("timeout");
  await settle();
  assert.equal(scene.availability.circuit, "half_open");
  scene.availability.close();
});

test("while it is half-open a 503, an abort or an old call's answer does not close it; a passed handshake does", async () => {
  const scene = await ready();
  const old = scene.availability.track();
  const release = scene.hold();
  scene.find("busy");
  for (let i = 0; i < 10; i += 1) scene.fail("server_error");
  await settle();
  assert.equal(scene.availability.circuit, "half_open");
  scene.fail("busy", { status: 503 });
  scene.fail("aborted");
  scene.succeed();
  old(null);
  await settle();
  assert.equal(scene.availability.circuit, "half_open");
  release(); // the probe is answered with 503
  await settle();
  assert.equal(scene.availability.circuit, "open");
  scene.find("passed");
  scene.clock.advance(1000);
  await settle();
  assert.equal(scene.availability.circuit, "closed");
  assert.deepEqual(scene.circuit, ["half_open", "closed", "half_open", "open", "half_open", "closed"]);
  scene.availability.close();
});

test("after it was closed its statistics begin anew: one failure does not open it again", async () => {
  const scene = await ready();
  for (let i = 0; i < 10; i += 1) scene.fail("timeout");
  await settle();
  assert.equal(scene.availability.state, "ready"); // out, and back by the handshake that followed at once
  assert.deepEqual(scene.changes, ["ready", "down: timeout", "ready"]);
  scene.fail("timeout");
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.availability.close();
});

test("garbage takes it out, and a passed probe lets it back no sooner than after five seconds", async () => {
  const scene = await ready();
  scene.availability.reportAnswers("bad_answers");
  await settle();
  assert.deepEqual([scene.availability.state, scene.availability.reason], ["quarantined", "bad_answers"]);
  scene.clock.advance(4999);
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.clock.advance(1);
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.availability.close();
});

test("paused, it is left alone: no handshake, and what comes of calls counts no more, until it is resumed", async () => {
  const scene = await ready();
  const old = scene.availability.track();
  scene.availability.pause();
  assert.equal(scene.clock.pending, 0);
  old(new BackendFailure("connection", { connection: "refused" }));
  scene.availability.recheckSoon();
  await settle();
  assert.equal(scene.handshakes(), 1);
  scene.availability.resume();
  await settle();
  assert.deepEqual([scene.handshakes(), scene.availability.state], [2, "ready"]);
  scene.availability.close();
});

test("paused in the middle of a handshake and resumed, only a handshake that began after that counts", async () => {
  const scene = await ready();
  const release = scene.hold();
  scene.clock.advance(30_000);
  scene.availability.pause();
  scene.availability.resume();
  scene.find("guidance_lost");
  release();
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.availability.close();
});

test("a server whose start could not be read this time is still the same build", async () => {
  const clock = createManualClock();
  const facts = { id: "m", root: "r", maxModelLen: 1, version: "1", systemFingerprint: null };
  let processStart: number | null = 7;
  const availability = createAvailability({
    clock,
    random: () => 1,
    shakeHands: async () => ({ passed: true, facts: { ...facts, processStart } }),
    isBusy: () => false,
    onHandshake() {},
    onChange() {},
    onCircuit() {},
  });
  await settle();
  processStart = null;
  clock.advance(30_000);
  await settle();
  assert.equal(availability.facts?.processStart, 7);
  processStart = 8;
  clock.advance(30_000);
  await settle();
  assert.equal(availability.facts?.processStart, 8);
  availability.close();
});

test("a refused key takes it out at once", async () => {
  const scene = await ready();
  scene.find("unauthorized");
  scene.fail("unauthorized");
  await settle();
  assert.deepEqual(scene.changes, ["ready", "unauthorized: unauthorized"]);
  scene.availability.close();
});

test("an unknown model takes it out at once", async () => {
  const scene = await ready();
  scene.fail("refused_request", { refusal: "model_unknown" });
  assert.equal(scene.availability.state, "quarantined");
  scene.availability.close();
});

test("callers' faults, back-pressure and aborts never take it out", async () => {
  const scene = await ready();
  for (let i = 0; i < 20; i += 1) {
    scene.fail("refused_request", { refusal: "context_length" });
    scene.fail("busy");
    scene.fail("aborted");
  }
  assert.equal(scene.availability.state, "ready");
  // One look at whether it refuses everything, not one for each refusal; back-pressure and aborts are no reason for any.
  assert.equal(scene.handshakes(), 2);
  scene.availability.close();
});

test("lost guidance takes it out at once, and only a passed probe brings it back", async () => {
  const scene = await ready();
  scene.find("guidance_lost", "guidance_lost", "passed");
  scene.availability.reportAnswers("guidance_lost");
  assert.equal(scene.availability.state, "quarantined");
  await settle();
  scene.clock.advance(500);
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.clock.advance(1000);
  await settle();
  assert.deepEqual(scene.changes, ["ready", "quarantined: guidance_lost", "ready"]);
  scene.availability.close();
});

test("a handshake that began before the outage does not end it", async () => {
  const scene = await ready();
  const release = scene.hold();
  scene.clock.advance(30_000); // the periodic handshake, which is going to pass
  assert.equal(scene.handshakes(), 2);
  scene.availability.reportAnswers("guidance_lost");
  scene.find("guidance_lost");
  release();
  await settle();
  assert.equal(scene.handshakes(), 3);
  assert.deepEqual(scene.changes, ["ready", "quarantined: guidance_lost"]);
  scene.availability.close();
});

test("a call that began before the outage says nothing about the time after it", async () => {
  const scene = await ready();
  const late = scene.availability.track();
  scene.fail("connection", { connection: "refused" });
  await settle();
  assert.equal(scene.availability.state, "ready");
  late(new BackendFailure("connection", { connection: "refused" }));
  assert.equal(scene.availability.state, "ready");
  scene.availability.close();
});

test("hands are shaken again every 30 s, but not with a busy backend", async () => {
  const scene = await ready();
  scene.clock.advance(30_000);
  await settle();
  assert.equal(scene.handshakes(), 2);
  scene.setBusy(true);
  scene.clock.advance(30_000);
  await settle();
  assert.equal(scene.handshakes(), 2);
  scene.setBusy(false);
  scene.clock.advance(30_000);
  await settle();
  assert.equal(scene.handshakes(), 3);
  scene.availability.close();
});

test("a slow or full backend keeps its place when a periodic handshake gets no answer", async () => {
  const scene = await ready();
  scene.find("timeout", "busy");
  scene.clock.advance(30_000);
  await settle();
  scene.clock.advance(30_000);
  await settle();
  assert.equal(scene.handshakes(), 3);
  assert.equal(scene.availability.state, "ready");
  scene.availability.close();
});

test("a periodic handshake that shows lost guidance takes it out", async () => {
  const scene = await ready();
  scene.find("guidance_lost");
  scene.clock.advance(30_000);
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.availability.close();
});

test("a hint at a restart brings the next handshake forward without an outage", async () => {
  const scene = await ready();
  scene.availability.recheckSoon();
  await settle();
  assert.equal(scene.handshakes(), 2);
  assert.deepEqual(scene.changes, ["ready"]);
  scene.availability.close();
});

test("a backend that keeps falling out is let back in more slowly, until it was stable for a minute", async () => {
  const scene = await ready();
  scene.availability.reportAnswers("guidance_lost");
  await settle();
  assert.equal(scene.availability.state, "ready"); // the first time: at once
  scene.availability.reportAnswers("guidance_lost");
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.clock.advance(500);
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.availability.reportAnswers("guidance_lost");
  scene.clock.advance(999);
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.clock.advance(1);
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.clock.advance(60_000);
  await settle();
  scene.availability.reportAnswers("guidance_lost");
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.availability.close();
});

test("closing stops everything", async () => {
  const scene = await ready();
  scene.availability.close();
  assert.equal(scene.clock.pending, 0);
  scene.availability.reportAnswers("guidance_lost");
  assert.equal(scene.clock.pending, 0);
});
