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

const passed: HandshakeOutcome = { passed: true, facts: { id: "m", root: null, maxModelLen: null, version: null } };

interface Scene {
  clock: ManualClock;
  availability: Availability;
  /** What the next handshakes find; the last one stays. */
  find: (...reasons: (OutageReason | "passed")[]) => void;
  handshakes: () => number;
  /** Every state entered, with its reason. */
  changes: string[];
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
  });
  return {
    clock,
    availability,
    find(...reasons) {
      script = reasons;
    },
    handshakes: () => handshakes,
    changes,
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

test("handshakes are repeated with growing pauses, at most 30 s, and one log-worthy change", async () => {
  const { clock, handshakes, changes, availability } = open("refused");
  await settle();
  for (const pauseMs of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    const before = handshakes();
    clock.advance(pauseMs - 1);
    await settle();
    assert.equal(handshakes(), before);
    clock.advance(1);
    await settle();
    assert.equal(handshakes(), before + 1);
  }
  assert.deepEqual(changes, ["down: refused"]);
  availability.close();
});

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

test("one reset may be an accident, two in a row are not", async () => {
  const scene = await ready();
  scene.fail("connection", { connection: "reset" });
  scene.succeed();
  scene.fail("connection", { connection: "reset" });
  assert.equal(scene.availability.state, "ready");
  scene.fail("connection", { connection: "reset" });
  assert.equal(scene.availability.state, "down");
  scene.availability.close();
});

test("five failures in a row take it out, an answer in between does not let them add up", async () => {
  const scene = await ready();
  for (const kind of ["timeout", "server_error", "bad_reply", "timeout"] as const) scene.fail(kind);
  scene.succeed();
  for (const kind of ["timeout", "server_error", "bad_reply", "timeout"] as const) scene.fail(kind);
  assert.equal(scene.availability.state, "ready");
  scene.fail("server_error");
  assert.deepEqual([scene.availability.state, scene.availability.reason], ["down", "server_error"]);
  scene.availability.close();
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
  assert.equal(scene.handshakes(), 1);
  scene.availability.close();
});

test("lost guidance takes it out at once, and only a passed probe brings it back", async () => {
  const scene = await ready();
  scene.find("guidance_lost", "guidance_lost", "passed");
  scene.availability.reportLostGuidance();
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
  scene.availability.reportLostGuidance();
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
  scene.availability.reportLostGuidance();
  await settle();
  assert.equal(scene.availability.state, "ready"); // the first time: at once
  scene.availability.reportLostGuidance();
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.clock.advance(500);
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.availability.reportLostGuidance();
  scene.clock.advance(999);
  await settle();
  assert.equal(scene.availability.state, "quarantined");
  scene.clock.advance(1);
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.clock.advance(60_000);
  await settle();
  scene.availability.reportLostGuidance();
  await settle();
  assert.equal(scene.availability.state, "ready");
  scene.availability.close();
});

test("closing stops everything", async () => {
  const scene = await ready();
  scene.availability.close();
  assert.equal(scene.clock.pending, 0);
  scene.availability.reportLostGuidance();
  assert.equal(scene.clock.pending, 0);
});
