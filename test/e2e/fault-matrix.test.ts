/**
 * The fault matrix, one row a fault: every fault of the simulator's catalogue, and jumps of the clocks, each on one of three backends in
 * the middle of a steady load of about half of what the three can carry.
 */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../src/kernel/index.ts";
import type { Clock } from "../../src/kernel/index.ts";
import type { Fault, FaultKind } from "../../src/simulator/index.ts";
import { fixedAttributes } from "../support/fixed-vision.ts";
import { drawing } from "../support/images.ts";
import { sendOpenLoop, tally } from "../support/load.ts";
import { assertSettled } from "../support/settled.ts";
import type { Outcome } from "../support/load.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";
import type { SimulatedGateway } from "../support/simulated-gateway.ts";

/** 64 vision tokens: it lies on the grid, so it is sent on as it is. */
const photo = await drawing(256, 256).jpeg().toBuffer();

const perSecond = 50;
const count = 80;
const faultFromMs = 400;
const faultUntilMs = 1100;
const deadlineMs = 8000;

interface Row {
  parameters?: Record<string, number>;
  /** Statuses besides 200 that the fault may cause; none where left out. */
  statuses?: number[];
  /** The most requests that may get them; 1 % where left out. */
  mayFail?: number;
  attemptTimeoutMs?: number;
  /** Only a handshake sees the fault: a dead socket brings one about. */
  needsHandshake?: true;
  /** Values that the fault changes without making the answer wrong. */
  changesValues?: true;
  /** The gateway's clock is tampered with: its times tell nothing. */
  isTimeWrong?: true;
}

const rows: Record<FaultKind, Row> = {
  "refuse-connections": {},
  "engine-death": { parameters: { dying_ms: 100, down_ms: 300 } },
  "reset-before-headers": {},
  "reset-mid-body": {},
  "keep-alive-reset": {},
  stall: { attemptTimeoutMs: 400 },
  "slow-drip": { parameters: { pieces: 4, pause_ms: 40 } },
  "error-500": {},
  "overflow-503": {},
  "scaling-503": {},
  "rate-limit-429": { parameters: { retry_after_s: 1 } },
  "schema-400": {},
  "context-400": {},
  "model-404": {},
  "unauthorized-401": {},
  "slow-render": { parameters: { delay_ms: 150 } },
  "version-change": { needsHandshake: true },
  "guidance-lost": {},
  truncated: {},
  "whitespace-loop": {},
  "json-in-reasoning": {},
  "invalid-json": {},
  "fenced-json": {},
  "prose-around-json": {},
  // A number becomes its text, and "0" may be anything.
  "wrong-types": { changesValues: true },
  "over-long-values": {},
  "missing-keys": {},
  "null-spellings": { changesValues: true },
  "logprobs-null": {},
  "wrong-usage": {},
  // On a slow machine more calls meet it before it is out than the budget of retries has room for.
  "huge-body": { statuses: [502], mayFail: 3, parameters: { megabytes: 8 } },
  "non-json-body": {},
  "stream-error": {},
  "metrics-huge": { needsHandshake: true },
  "metrics-malformed": { needsHandshake: true },
  "metrics-slow": { needsHandshake: true },
  "metrics-old-names": { needsHandshake: true },
};

/** Three backends, each with three places and about 30 answers a second. */
function openStage(
  t: TestContext,
  { attemptTimeoutMs = 3000, clock }: { attemptTimeoutMs?: number | undefined; clock?: Clock },
): Promise<SimulatedGateway> {
  return openSimulatedGateway(t, {
    simulators: [{}, {}, {}].map(() => ({ speed: 2, maxNumSeqs: 3 })),
    change: (config) => {
      config.routing.attempt_timeout_ms = attemptTimeoutMs;
      config.routing.deadline_ms = { interactive: deadlineMs, bulk: deadlineMs };
    },
    ...(clock !== undefined && { overrides: { clock } }),
  });
}

/** Sends the load while `during` happens. */
async function sendDuring(
  { post }: SimulatedGateway,
  { begin, end }: { begin: () => Promise<void> | void; end: () => Promise<void> | void },
): Promise<Outcome[]> {
  const disturbance = delay(faultFromMs)
    .then(begin)
    .then(() => delay(faultUntilMs - faultFromMs))
    .then(end);
  const [outcomes] = await Promise.all([sendOpenLoop({ count, perSecond, send: () => post(photo) }), disturbance]);
  return outcomes;
}

function assertServed(outcomes: readonly Outcome[], row: Row): void {
  const { statuses = [], mayFail = count / 100, changesValues, isTimeWrong } = row;
  const seen = JSON.stringify(tally(outcomes));
  assert.equal(outcomes.length, count);
  const failed = outcomes.filter(({ status }) => status !== 200);
  for (const { status } of failed) assert.ok(status !== null && statuses.includes(status), seen);
  assert.ok(failed.length <= mayFail, `${failed.length} of ${count} failed: ${seen}`);
  for (const { answer } of outcomes) {
    if (answer === null) continue;
    if (changesValues !== true) assert.deepEqual(answer.attributes, fixedAttributes);
    // The gateway's own clock: how late this process hears of an answer is no matter of the gateway's.
    if (isTimeWrong !== true) assert.ok(answer.timings_ms.total <= deadlineMs, `${answer.timings_ms.total} ms`);
  }
}

async function assertBack({ gateway, post, metric }: SimulatedGateway): Promise<void> {
  await eventually(() => gateway.fleet.backends.every(({ state }) => state === "ready"), "all are in rotation", 12_000);
  await eventually(async () => (await post(photo, "?model=b0")).status === 200, "b0 serves", 5000);
  assert.equal(await metric("backend_circuit_state", { state: "closed" }), 3);
}

/** What the faulty backend has been asked, handshakes included. */
async function askedOf({ simulators, metric }: SimulatedGateway): Promise<number> {
  const resent = await metric("retries_total", { reason: "dead_socket" });
  return (simulators[0]?.stats().chatCalls ?? 0) + resent + (await metric("backend_probes_total", { backend: "b0" }));
}

for (const kind of Object.keys(rows) as FaultKind[]) {
  const row = rows[kind];
  test(`${kind} on one of three backends under load`, async (t) => {
    const stage = await openStage(t, { attemptTimeoutMs: row.attemptTimeoutMs });
    const { simulators, metric } = stage;
    const [faulty] = simulators;
    assert.ok(faulty);
    const faults: Fault[] = [{ kind, ...(row.parameters !== undefined && { parameters: row.parameters }) }];
    if (row.needsHandshake === true) faults.push({ kind: "keep-alive-reset", times: 1 });
    const probes = await metric("backend_probes_total", { backend: "b0" });
    const asked = { before: 0, after: 0 };
    const outcomes = await sendDuring(stage, {
      async begin() {
        asked.before = await askedOf(stage);
        faulty.faults.set(faults);
      },
      async end() {
        asked.after = await askedOf(stage);
        faulty.faults.set([]);
      },
    });
    t.diagnostic(JSON.stringify(tally(outcomes)));
    await assertBack(stage);
    assertServed(outcomes, row);
    await assertSettled(stage);
    assert.ok(asked.after > asked.before, "the fault was met");
    if (row.needsHandshake === true) assert.ok((await metric("backend_probes_total", { backend: "b0" })) > probes);
  });
}

/** A clock that a test may set forward and back; timers run as long as they were asked to, as the system's do. */
function createJumpingClock() {
  let nowShiftMs = 0;
  let wallShiftMs = 0;
  const clock: Clock = {
    now: () => systemClock.now() + nowShiftMs,
    wall: () => systemClock.wall() + wallShiftMs,
    after: systemClock.after,
  };
  return {
    clock,
    jump(by: { now?: number; wall?: number }) {
      nowShiftMs += by.now ?? 0;
      wallShiftMs += by.wall ?? 0;
    },
  };
}

const hourMs = 3_600_000;
const jumps: { name: string; by: { now?: number; wall?: number }; row: Row }[] = [
  { name: "the wall clock jumps an hour ahead", by: { wall: hourMs }, row: {} },
  { name: "the wall clock jumps an hour back", by: { wall: -hourMs }, row: {} },
  {
    name: "all clocks jump a minute ahead, as after a suspended machine",
    by: { now: 60_000, wall: 60_000 },
    // The time of those under way is up: as many as the backends have places, and a few at the door.
    row: { statuses: [503, 504], mayFail: 20 },
  },
];

for (const { name, by, row } of jumps) {
  test(`${name} under load`, async (t) => {
    const { clock, jump } = createJumpingClock();
    const stage = await openStage(t, { clock });
    const outcomes = await sendDuring(stage, { begin: () => jump(by), end: () => {} });
    t.diagnostic(JSON.stringify(tally(outcomes)));
    await assertBack(stage);
    assertServed(outcomes, { ...row, isTimeWrong: true });
    await assertSettled(stage);
  });
}
