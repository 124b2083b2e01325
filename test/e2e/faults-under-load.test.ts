/** What holds while faults and load come together: answers for all, bounded retries, shared work, nothing lost. */
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/kernel/index.ts";
import type { Random } from "../../src/kernel/index.ts";
import { faultKinds } from "../../src/simulator/index.ts";
import type { FaultKind, Simulator } from "../../src/simulator/index.ts";
import { fixedAttributes } from "../support/fixed-vision.ts";
import { drawing } from "../support/images.ts";
import { postOnOwnSocket, readOutcome, sendOpenLoop, tally } from "../support/load.ts";
import type { Outcome } from "../support/load.ts";
import { assertSettled } from "../support/settled.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";
import type { SimulatedGateway } from "../support/simulated-gateway.ts";

/** 64 vision tokens: it lies on the grid, so it is sent on as it is. */
const photo = await drawing(256, 256).jpeg().toBuffer();

/** Backends with three places and about 30 answers a second each. */
const threeSimulators = [{}, {}, {}].map(() => ({ speed: 2, maxNumSeqs: 3 }));

/** A handshake that met a stall is given up after 15 s, and only then is the next one tried. */
async function assertServes({ gateway, post }: SimulatedGateway): Promise<void> {
  await eventually(() => gateway.fleet.backends.every(({ state }) => state === "ready"), "all are back", 40_000);
  await eventually(async () => (await post(photo)).status === 200, "it serves again");
}

/** Live chat calls that reached the backends: all of them but those of handshakes. */
async function countLiveCalls({ simulators, metric }: SimulatedGateway): Promise<number> {
  const calls = simulators.reduce((sum, simulator) => sum + simulator.stats().chatCalls, 0);
  return calls - (await metric("backend_probes_total"));
}

interface AllFaulty {
  kind: FaultKind;
  refusals: Record<number, string[]>;
  attemptTimeoutMs?: number;
}

const allFaulty: AllFaulty[] = [
  { kind: "error-500", refusals: { 502: ["backend_failed"], 503: ["no_backend"] } },
  // Some wait for a backend's next moment until their time is up.
  { kind: "overflow-503", refusals: { 503: ["overloaded", "no_backend"], 504: ["deadline_exceeded"] } },
  {
    kind: "stall",
    refusals: { 502: ["backend_failed"], 503: ["overloaded", "no_backend"], 504: ["deadline_exceeded"] },
    attemptTimeoutMs: 200,
  },
];

for (const { kind, refusals, attemptTimeoutMs = 3000 } of allFaulty) {
  test(`${kind} on every backend: each caller is told clearly, and all is well again afterwards`, async (t) => {
    const stage = await openSimulatedGateway(t, {
      simulators: threeSimulators,
      change: (config) => {
        config.routing.attempt_timeout_ms = attemptTimeoutMs;
        config.routing.deadline_ms = { interactive: 2500, bulk: 2500 };
      },
    });
    const setAll = (faults: Parameters<Simulator["faults"]["set"]>[0]) =>
      stage.simulators.forEach((simulator) => simulator.faults.set(faults));
    setAll([{ kind }]);
    const outcomes = await sendOpenLoop({ count: 60, perSecond: 40, send: () => stage.post(photo) });
    t.diagnostic(JSON.stringify(tally(outcomes)));
    for (const { status, problem, retryAfter } of outcomes) {
      assert.ok(
        status !== null && problem !== null && refusals[status]?.includes(problem.code),
        JSON.stringify(problem),
      );
      if (status === 503) assert.ok(retryAfter !== null && retryAfter >= 1, "when to come again");
    }
    setAll([]);
    await assertServes(stage);
    await assertSettled(stage);
  });
}

test("with every second call of every backend failing, retries stay within the budget", async (t) => {
  const stage = await openSimulatedGateway(t, { simulators: threeSimulators });
  stage.simulators.forEach(({ faults }, at) => faults.set([{ kind: "error-500", rate: 0.5, seed: at + 1 }]));
  const before = await countLiveCalls(stage);
  const count = 150;
  const outcomes = await sendOpenLoop({ count, perSecond: 60, send: () => stage.post(photo) });
  await eventually(() => stage.gateway.fleet.backends.every(({ inFlight }) => inFlight === 0), "all calls have ended");
  const calls = (await countLiveCalls(stage)) - before;
  t.diagnostic(`${calls} calls for ${count} requests: ${JSON.stringify(tally(outcomes))}`);
  // The load takes 2.5 s: it lies within one window of ten seconds unless the machine stands still. Each backend may be
  // in the middle of a handshake that is not counted yet.
  assert.ok(calls <= count * 1.2 + 10 + 3, `${calls} calls`);
  assert.ok((await stage.metric("retries_total", { reason: "budget_empty" })) > 0, "the budget was what bounded them");
  stage.simulators.forEach(({ faults }) => faults.set([]));
  await assertServes(stage);
  await assertSettled(stage);
});

test("a backend that hangs costs no more than its share, and the others serve everybody", async (t) => {
  const stage = await openSimulatedGateway(t, {
    simulators: threeSimulators,
    change: (config) => void (config.routing.attempt_timeout_ms = 400),
  });
  const { simulators, post, metric } = stage;
  simulators[0]?.faults.set([{ kind: "stall" }]);
  const count = 120;
  const outcomes = await sendOpenLoop({ count, perSecond: 40, send: () => post(photo) });
  const hung = await metric("backend_requests_total", { backend: "b0", outcome: "timeout" });
  t.diagnostic(`${hung} calls hung for ${count} requests: ${JSON.stringify(tally(outcomes))}`);
  assert.ok(hung > 0, "the fault was met");
  assert.ok(hung <= count / 3, `${hung} of ${count}`);
  assert.deepEqual(tally(outcomes), { "200": count });
  simulators[0]?.faults.set([]);
  await assertServes(stage);
  await assertSettled(stage);
});

const identical = { headers: { "content-type": "image/jpeg" } };

test("50 identical requests share one retry when the backend fails once", async (t) => {
  const stage = await openSimulatedGateway(t, { simulators: [{ speed: 2 }] });
  const before = await countLiveCalls(stage);
  stage.simulators[0]?.faults.set([{ kind: "error-500", times: 1 }]);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => readOutcome(stage.post(photo, "", identical))));
  assert.deepEqual(tally(outcomes), { "200": 50 });
  for (const { answer } of outcomes) assert.deepEqual(answer?.attributes, fixedAttributes);
  assert.equal(new Set(outcomes.map(({ answer }) => answer?.id)).size, 50, "an id each");
  // The failure makes the gateway shake hands once more, and that call may not be counted yet.
  const calls = (await countLiveCalls(stage)) - before;
  assert.equal(await stage.metric("backend_requests_total"), 2);
  assert.ok(calls <= 3, `${calls} calls`);
  await assertSettled(stage);
});

test("50 requests with one Idempotency-Key share one failure, and the same key works afterwards", async (t) => {
  const stage = await openSimulatedGateway(t, {
    simulators: [{ speed: 0.2 }],
    change: (config) => void (config.routing.max_attempts = 1),
  });
  // It fails after the second that the answer takes: all fifty have come by then.
  stage.simulators[0]?.faults.set([{ kind: "stream-error", times: 1 }]);
  const keyed = { headers: { ...identical.headers, "idempotency-key": "one" } };
  const send = () => readOutcome(stage.post(photo, "", keyed));
  const outcomes = await Promise.all(Array.from({ length: 50 }, send));
  assert.deepEqual(tally(outcomes), { "502 backend_failed": 50 });
  assert.equal(await stage.metric("backend_requests_total"), 1);
  const first = await send();
  const second = await send();
  assert.equal(first.status, 200, "a failure is not kept");
  assert.equal(second.answer?.id, first.answer?.id, "an answer is");
  await assertSettled(stage);
});

/** Faults that come and go by themselves; the metrics pages are not asked for under load. */
const mixedKinds = (Object.keys(faultKinds) as FaultKind[]).filter(
  (kind) => !kind.startsWith("metrics-") && kind !== "huge-body" && kind !== "engine-death",
);

async function disturb(simulators: readonly Simulator[], random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const simulator = simulators[Math.floor(random() * simulators.length)];
    const kind = mixedKinds[Math.floor(random() * mixedKinds.length)] as FaultKind;
    simulator?.faults.set([{ kind, rate: 0.2 + 0.8 * random() }]);
    await delay(50 + 150 * random());
    if (random() < 0.5) simulator?.faults.set([]);
  }
  for (const simulator of simulators) simulator.faults.set([]);
}

for (const seed of [1, 2, 3]) {
  test(`nothing is lost in a mixture of priorities, deadlines, leavers and faults (seed ${seed})`, async (t) => {
    const stage = await openSimulatedGateway(t, {
      simulators: threeSimulators,
      change: (config) => {
        config.routing.attempt_timeout_ms = 500;
        config.admission.max_in_flight = 12;
        config.admission.max_queue = 16;
      },
    });
    const random = seededRandom(seed);
    const count = 240;
    const leavers = new Set<number>();
    const load = { isOver: false };
    const disturbance = disturb(stage.simulators, seededRandom(seed + 100), () => load.isOver);
    const outcomes = await sendOpenLoop({
      count,
      perSecond: 100,
      send(index) {
        const leaving = new AbortController();
        if (random() < 0.2) {
          leavers.add(index);
          const leaveAfterMs = random() * 150;
          setTimeout(() => leaving.abort(), leaveAfterMs);
        }
        const priority = random() < 0.4 ? "bulk" : "interactive";
        const deadlineMs = Math.round(50 + random() * 2950);
        return postOnOwnSocket(`${stage.url}/v1/attributes?deadline_ms=${deadlineMs}`, {
          headers: { "content-type": "image/jpeg", "cache-control": "no-store", "x-priority": priority },
          body: photo,
          signal: leaving.signal,
        });
      },
    });
    load.isOver = true;
    await disturbance;
    t.diagnostic(`seed ${seed}: ${JSON.stringify(tally(outcomes))}`);
    assertAccounted(outcomes, leavers);
    await assertSettled(stage);
    const arrived = stage.logLines.filter((line) => line["msg"] === "request" && line["route"] === "/v1/attributes");
    const answered = outcomes.filter(({ status }) => status !== null).length;
    assert.ok(arrived.length >= answered && arrived.length <= count, `${arrived.length} requests arrived`);
    assert.equal(await stage.metric("admission_total"), arrived.length, "admission has decided on each once");
    assert.equal(
      await stage.metric("http_request_duration_seconds_count", { route: "/v1/attributes" }),
      arrived.length,
    );
    await assertServes(stage);
  });
}

/** Each request has one outcome: an answer, an error of the contract, or no answer because its caller left. */
function assertAccounted(outcomes: readonly Outcome[], leavers: ReadonlySet<number>): void {
  const statuses = new Set([200, 502, 503, 504]);
  for (const [index, { status, problem, retryAfter }] of outcomes.entries()) {
    if (status === null) assert.ok(leavers.has(index), `request ${index} got no answer`);
    else assert.ok(statuses.has(status), JSON.stringify(problem));
    if (status === 503) assert.ok(retryAfter !== null && retryAfter >= 1);
  }
  assert.ok(outcomes.some(({ status }) => status === 200));
}
