import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Ajv } from "ajv";
import { AttributesAnswerSchema, ProblemSchema } from "../../schemas/index.ts";
import type { AttributesAnswer, Problem } from "../../schemas/index.ts";
import { faultKinds } from "../../src/simulator/index.ts";
import type { Fault, FaultKind } from "../../src/simulator/index.ts";
import { fixedAttributes } from "../support/fixed-vision.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";

const photo = readFileSync("samples/garments/000-front.jpg");
const ajv = new Ajv({ strict: false });
const isAnswer = ajv.compile(AttributesAnswerSchema);
const isProblem = ajv.compile(ProblemSchema);

/** What a fault on the only backend may come to: statuses, and what a 200 must say of itself. */
interface Expectation {
  statuses: number[];
  codes?: string[];
  repaired?: boolean;
  parameters?: Record<string, number>;
}

const failed = { statuses: [502], codes: ["backend_failed"] };
const readable = { statuses: [200] };
const repaired = { statuses: [200], repaired: true };

const expectations: Record<FaultKind, Expectation> = {
  "refuse-connections": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "engine-death": {
    statuses: [502, 503],
    codes: ["backend_failed", "no_backend"],
    parameters: { dying_ms: 50, down_ms: 100 },
  },
  "reset-before-headers": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "reset-mid-body": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "keep-alive-reset": readable,
  stall: { statuses: [502, 503, 504], codes: ["backend_failed", "no_backend", "deadline_exceeded"] },
  "slow-drip": { statuses: [200], parameters: { pieces: 3, pause_ms: 20 } },
  "error-500": failed,
  "overflow-503": { statuses: [503], codes: ["overloaded", "no_backend"] },
  "scaling-503": { statuses: [503], codes: ["overloaded", "no_backend"] },
  "rate-limit-429": { statuses: [503], codes: ["overloaded", "no_backend"] },
  // Its handshake is refused as well, and then it is out.
  "schema-400": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "context-400": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  // The first request meets the 404; then the backend is out, because it serves another model.
  "model-404": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "unauthorized-401": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "slow-render": { statuses: [200], parameters: { delay_ms: 50 } },
  "version-change": readable,
  "guidance-lost": { statuses: [502, 503], codes: ["answer_invalid", "no_backend"] },
  truncated: { statuses: [502], codes: ["answer_invalid"] },
  "whitespace-loop": { statuses: [502], codes: ["answer_invalid"] },
  "json-in-reasoning": repaired,
  "invalid-json": repaired,
  "fenced-json": repaired,
  "prose-around-json": repaired,
  "wrong-types": { statuses: [502], codes: ["answer_invalid"] },
  "over-long-values": { statuses: [502], codes: ["answer_invalid"] },
  "missing-keys": { statuses: [200, 502], codes: ["answer_invalid"] },
  "null-spellings": readable,
  "logprobs-null": readable,
  "wrong-usage": readable,
  "huge-body": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "non-json-body": { statuses: [502, 503], codes: ["backend_failed", "no_backend"] },
  "stream-error": failed,
  "metrics-huge": readable,
  "metrics-malformed": readable,
  "metrics-slow": readable,
  "metrics-old-names": readable,
};

function faultOf(kind: FaultKind): Fault {
  const { parameters } = expectations[kind];
  return parameters === undefined ? { kind } : { kind, parameters };
}

/** A body that is right in shape, whatever its status. */
async function readReply(response: Response): Promise<{ answer?: AttributesAnswer; problem?: Problem }> {
  const body: unknown = await response.json();
  if (response.status === 200) {
    assert.ok(isAnswer(body), JSON.stringify(isAnswer.errors));
    return { answer: body };
  }
  assert.ok(isProblem(body), JSON.stringify(body));
  assert.notEqual(response.status, 500);
  return { problem: body };
}

for (const kind of Object.keys(faultKinds) as FaultKind[]) {
  test(`${kind} on the only backend: a clear answer each time, and nothing left over`, async (t) => {
    const expected = expectations[kind];
    const { simulators, post, logLines, metric } = await openSimulatedGateway(t, {
      change: (config) => {
        config.routing.attempt_timeout_ms = kind === "stall" ? 150 : 4000;
        config.routing.deadline_ms = { interactive: 8000, bulk: 8000 };
      },
    });
    assert.equal((await post(photo)).status, 200, "serves before the fault");
    simulators[0]?.faults.set([faultOf(kind)]);
    for (let n = 0; n < 3; n += 1) {
      const response = await post(photo);
      const { answer, problem } = await readReply(response);
      const seen =
        problem === undefined ? String(response.status) : `${response.status} ${problem.code}: ${problem.detail}`;
      assert.ok(expected.statuses.includes(response.status), seen);
      if (problem !== undefined) assert.ok(expected.codes?.includes(problem.code), seen);
      if (answer !== undefined && kind !== "null-spellings") assert.deepEqual(answer.attributes, fixedAttributes);
      if (expected.repaired === true) assert.equal(answer?.repaired, true);
      if (kind === "logprobs-null") assert.deepEqual(new Set(Object.values(answer?.confidence ?? {})), new Set([null]));
      if (kind === "null-spellings") assert.ok(Object.values(answer?.attributes ?? {}).includes(null));
    }
    if (kind === "wrong-usage") {
      await eventually(
        async () => (await metric("backend_token_arithmetic_mismatch_total")) > 0,
        "the mismatch is counted",
      );
    }
    simulators[0]?.faults.set([]);
    await eventually(async () => (await post(photo)).status === 200, "serves again after the fault");
    assert.equal(await metric("backend_in_flight"), 0);
    const log = JSON.stringify(logLines);
    assert.doesNotMatch(log, /\/9j\/|data:image|You look at|garment.{0,40}JSON/i, "no image and no prompt in the log");
    assert.equal(logLines.filter((line) => Number(line["level"]) >= 50).length, 0, "no defect is logged");
  });
}

const servedAround: FaultKind[] = [
  "refuse-connections",
  "reset-before-headers",
  "reset-mid-body",
  "stall",
  "error-500",
  "overflow-503",
  "rate-limit-429",
  "unauthorized-401",
  "guidance-lost",
  "non-json-body",
  "huge-body",
];

for (const kind of servedAround) {
  test(`${kind} on one of two backends is served around, and the backend comes back`, async (t) => {
    const { simulators, post, metric } = await openSimulatedGateway(t, {
      simulators: [{}, {}],
      change: (config) => void (config.routing.attempt_timeout_ms = 300),
    });
    simulators[0]?.faults.set([faultOf(kind)]);
    const replies = await Promise.all(Array.from({ length: 8 }, () => post(photo)));
    for (const response of replies) {
      const { answer, problem } = await readReply(response);
      assert.deepEqual(answer?.attributes, fixedAttributes, JSON.stringify(problem));
    }
    simulators[0]?.faults.set([]);
    await eventually(
      async () => (await metric("backend_state", { backend: "b0", state: "ready" })) === 1,
      "b0 is back",
    );
  });
}

test("after guidance is lost no later request reaches that backend, until the grammar fires again", async (t) => {
  const { simulators, post, logLines, metric } = await openSimulatedGateway(t, { simulators: [{}, {}] });
  const [lost] = simulators;
  assert.ok(lost);
  for (let n = 0; n < 10; n += 1) assert.equal((await post(photo)).status, 200);

  lost.faults.set([{ kind: "guidance-lost" }]);
  // One request has to meet it; from the moment its answer is read, none may reach it any more.
  await eventually(async () => {
    // Several at a time, so that both backends get some whichever of them looks faster.
    const replies = await Promise.all(Array.from({ length: 8 }, () => post(photo)));
    assert.deepEqual(new Set(replies.map((reply) => reply.status)), new Set([200]));
    return (await metric("backend_state", { backend: "b0", state: "quarantined" })) === 1;
  }, "b0 is quarantined");
  const liveCalls = await metric("backend_requests_total", { backend: "b0" });
  for (let n = 0; n < 40; n += 1) {
    const answer = (await (await post(photo)).json()) as AttributesAnswer;
    assert.equal(answer.backend, "b1");
  }
  assert.equal(await metric("backend_requests_total", { backend: "b0" }), liveCalls, "no later request reached b0");
  const quarantineLines = logLines.filter((line) => line["state"] === "quarantined" && line["backend"] === "b0");
  assert.equal(quarantineLines.length, 1, "one clear line");

  lost.faults.set([]);
  await eventually(async () => (await metric("backend_state", { backend: "b0", state: "ready" })) === 1, "b0 is back");
});

test("a backend that never obeyed the grammar gets no request at all", async (t) => {
  const { simulators, post, url, metric, gateway } = await openSimulatedGateway(t, {
    simulators: [{}],
    change: () => {},
  });
  simulators[0]?.faults.set([{ kind: "guidance-lost" }]);
  await eventually(
    async () => (await post(photo)).status !== 200 && gateway.fleet.backends[0]?.state !== "ready",
    "out",
  );
  const response = await fetch(`${url}/readyz`);
  assert.equal(response.status, 503);
  const calls = await metric("backend_requests_total", { backend: "b0" });
  const refused = await post(photo);
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.equal(await metric("backend_requests_total", { backend: "b0" }), calls);
});

test("a caller that leaves stops the generation", async (t) => {
  const { simulators, post } = await openSimulatedGateway(t, { simulators: [{ speed: 0.05 }] });
  const [simulator] = simulators;
  const leaving = new AbortController();
  const reply = post(photo, "", { signal: leaving.signal }).catch(() => null);
  await eventually(() => (simulator?.stats().running ?? 0) > 0, "the backend generates");
  leaving.abort();
  await reply;
  await eventually(() => simulator?.stats().running === 0, "the backend has stopped");
});

test("deadline_ms bounds everything, the backend's time included", async (t) => {
  const { post, simulators } = await openSimulatedGateway(t, { simulators: [{ speed: 0.05 }] });
  const response = await post(photo, "?deadline_ms=300");
  assert.equal(response.status, 504);
  assert.equal(((await response.json()) as Problem).code, "deadline_exceeded");
  await eventually(() => simulators[0]?.stats().running === 0, "the backend has stopped");
});

test("several views travel in one call, and the token arithmetic holds", async (t) => {
  const { url, metric } = await openSimulatedGateway(t);
  const body = new FormData();
  body.set("front", new Blob([photo], { type: "image/jpeg" }), "front.jpg");
  body.set("tag", new Blob([readFileSync("samples/garments/001-tag.jpg")], { type: "image/jpeg" }), "tag.jpg");
  const response = await fetch(`${url}/v1/attributes?`, { method: "POST", body });
  const answer = (await response.json()) as AttributesAnswer;
  assert.equal(response.status, 200, JSON.stringify(answer));
  assert.deepEqual(
    answer.images.map((image) => image.view),
    ["front", "tag"],
  );
  assert.equal(await metric("backend_token_arithmetic_mismatch_total"), 0);
});

test("an unknown model is not found, and a known backend id is a model", async (t) => {
  const { post } = await openSimulatedGateway(t);
  assert.equal((await post(photo, "?model=nope")).status, 404);
  const answer = (await (await post(photo, "?model=b0")).json()) as AttributesAnswer;
  assert.equal(answer.tier, null);
  assert.equal(answer.simulated, true);
});
