import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import test from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import sharp from "sharp";
import { fieldNames } from "../../schemas/index.ts";
import { faultKinds, openSimulator } from "../../src/simulator/index.ts";
import type { Fault, FaultKind, Simulator, SimulatorOptions } from "../../src/simulator/index.ts";
import { createStubVision } from "../support/stub-vision.ts";

const modelId = "sim-test";
const photo = `data:image/jpeg;base64,${(
  await sharp({ create: { width: 64, height: 64, channels: 3, background: "#246" } })
    .jpeg()
    .toBuffer()
).toString("base64")}`;

const nullableText = { type: ["string", "null"], maxLength: 80 };
const schema = {
  type: "object",
  properties: Object.fromEntries(fieldNames.map((name) => [name, nullableText])),
  required: [...fieldNames],
  additionalProperties: false,
};
const question = {
  model: modelId,
  max_tokens: 200,
  logprobs: true,
  response_format: { type: "json_schema", json_schema: { name: "garment", schema } },
  messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: photo } }] }],
};

async function open(t: TestContext, options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await openSimulator({ modelId, speed: 0, vision: createStubVision(), ...options });
  t.after(() => simulator.close());
  return simulator;
}

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface SendOptions {
  method?: string;
  body?: unknown;
  agent?: Agent;
  signal?: AbortSignal;
}

function send(
  simulator: Simulator,
  path: string,
  { method = "GET", body, agent, signal }: SendOptions = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const call = request(`${simulator.url}${path}`, { method, headers, agent, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const ask = (simulator: Simulator, options: object = {}, sending: SendOptions = {}) =>
  send(simulator, "/v1/chat/completions", { method: "POST", body: { ...question, ...options }, ...sending });

interface Choice {
  message: { content: string | null; reasoning: string | null };
  logprobs: object | null;
  finish_reason: string;
}

async function choose(simulator: Simulator, options: object = {}): Promise<Choice> {
  const { status, text } = await ask(simulator, options);
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { choices: [Choice] }).choices[0];
}

const parse = (choice: Choice) => JSON.parse(choice.message.content ?? "") as Record<string, unknown>;
const failsWith = (code: string) => (error: NodeJS.ErrnoException) => error.code === code;

/** Waits until /health answers with this status, or fails with this error code. */
async function until(simulator: Simulator, wanted: number | string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const found = await send(simulator, "/health").then(
      ({ status }) => status,
      ({ code }: NodeJS.ErrnoException) => code,
    );
    if (found === wanted) return;
    await delay(10);
  }
  assert.fail(`/health never came to ${wanted}`);
}

/** One behaviour for each kind; the table's type makes a kind without a test a mistake. */
const behaviours: Record<
  FaultKind,
  { fault?: Partial<Fault>; options?: Partial<SimulatorOptions>; check: (simulator: Simulator) => Promise<void> }
> = {
  "refuse-connections": {
    async check(simulator) {
      await until(simulator, "ECONNREFUSED");
      simulator.faults.set([]);
      await until(simulator, 200);
    },
  },
  "engine-death": {
    fault: { times: 1, parameters: { dying_ms: 500, down_ms: 500 } },
    async check(simulator) {
      assert.match((await ask(simulator)).text, /EngineCore encountered an issue/);
      assert.equal((await send(simulator, "/health")).status, 503);
      assert.equal((await ask(simulator)).status, 500);
      await until(simulator, "ECONNREFUSED");
      await until(simulator, 200);
      assert.equal((await ask(simulator)).status, 200);
    },
  },
  "reset-before-headers": {
    check: (simulator) => assert.rejects(ask(simulator), failsWith("ECONNRESET")),
  },
  "reset-mid-body": {
    async check(simulator) {
      const bytes = await new Promise<number>((resolve, reject) => {
        let received = 0;
        const call = request(
          `${simulator.url}/v1/chat/completions`,
          { method: "POST", headers: { "content-type": "application/json" } },
          (response) => {
            assert.equal(response.statusCode, 200);
            response.on("data", (chunk: Buffer) => (received += chunk.length));
            response.on("error", () => resolve(received));
            response.on("end", () => reject(new Error("the body ended properly")));
          },
        );
        call.on("error", (error) => (received > 0 ? resolve(received) : reject(error)));
        call.end(JSON.stringify(question));
      });
      assert.ok(bytes > 0);
    },
  },
  "keep-alive-reset": {
    async check(simulator) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      assert.equal((await ask(simulator, {}, { agent })).status, 200);
      await assert.rejects(ask(simulator, {}, { agent }), failsWith("ECONNRESET"));
      agent.destroy();
    },
  },
  stall: {
    async check(simulator) {
      await assert.rejects(ask(simulator, {}, { signal: AbortSignal.timeout(80) }), { name: "AbortError" });
      await delay(20);
      assert.equal(simulator.stats().aborted, 1);
    },
  },
  "slow-drip": {
    fault: { parameters: { pieces: 4, pause_ms: 20 } },
    async check(simulator) {
      const start = performance.now();
      assert.ok(parse(await choose(simulator)));
      assert.ok(performance.now() - start >= 60);
    },
  },
  "error-500": { check: (simulator) => expectError(simulator, 500, "InternalServerError") },
  "overflow-503": { check: (simulator) => expectError(simulator, 503, "ServiceUnavailableError") },
  "scaling-503": { check: (simulator) => expectErrorString(simulator, 503, /scaling/) },
  "rate-limit-429": {
    fault: { parameters: { retry_after_s: 3 } },
    async check(simulator) {
      assert.equal((await ask(simulator)).headers["retry-after"], "3");
      simulator.faults.set([{ kind: "rate-limit-429" }]);
      const { status, headers } = await ask(simulator);
      assert.deepEqual([status, headers["retry-after"]], [429, undefined]);
    },
  },
  "schema-400": { check: (simulator) => expectError(simulator, 400, "BadRequestError") },
  "context-400": { check: (simulator) => expectError(simulator, 400, "BadRequestError") },
  "model-404": {
    async check(simulator) {
      await expectError(simulator, 404, "NotFoundError");
      assert.match((await send(simulator, "/v1/models")).text, /"id":"sim-test-renamed"/);
    },
  },
  "unauthorized-401": { check: (simulator) => expectErrorString(simulator, 401, /^Unauthorized$/) },
  "slow-render": {
    fault: { parameters: { delay_ms: 80 } },
    async check(simulator) {
      const start = performance.now();
      const reply = ask(simulator);
      await delay(40);
      assert.equal(simulator.stats().waiting, 0);
      assert.equal((await send(simulator, "/load")).text, '{"server_load":1}');
      await reply;
      assert.ok(performance.now() - start >= 75);
    },
  },
  "version-change": {
    async check(simulator) {
      assert.equal((await send(simulator, "/version")).text, '{"version":"0.28.0+simulator"}');
      assert.match((await ask(simulator)).text, /"system_fingerprint":"sim-0\.28\.0-/);
    },
  },
  "guidance-lost": {
    async check(simulator) {
      const choice = await choose(simulator);
      assert.throws(() => parse(choice), SyntaxError);
      assert.match(choice.message.content ?? "", /navy blue floral dress/);
    },
  },
  truncated: {
    async check(simulator) {
      const choice = await choose(simulator);
      assert.equal(choice.finish_reason, "length");
      assert.throws(() => parse(choice), SyntaxError);
    },
  },
  "whitespace-loop": {
    async check(simulator) {
      const { text } = await ask(simulator);
      assert.match(text, /"finish_reason":"length"/);
      assert.match(text, /"completion_tokens":200/);
      assert.match(text, /(\\n {3}){50}/);
    },
  },
  "json-in-reasoning": {
    async check(simulator) {
      const { message } = await choose(simulator);
      assert.equal(message.content, null);
      assert.equal((JSON.parse(message.reasoning ?? "") as { type: string }).type, "dress");
    },
  },
  "invalid-json": {
    async check(simulator) {
      const choice = await choose(simulator);
      assert.throws(() => parse(choice), SyntaxError);
      assert.ok(JSON.parse(`${choice.message.content}}`));
    },
  },
  "fenced-json": {
    check: async (simulator) =>
      assert.match((await choose(simulator)).message.content ?? "", /^```json\n\{[^]*\}\n```$/),
  },
  "prose-around-json": {
    check: async (simulator) =>
      assert.match((await choose(simulator)).message.content ?? "", /^Here is [^{]*\{[^]*\}\nLet me/),
  },
  "wrong-types": {
    async check(simulator) {
      const answer = parse(await choose(simulator));
      assert.equal(typeof answer["type"], "number");
      assert.ok(Array.isArray(answer["color"]));
    },
  },
  "over-long-values": {
    check: async (simulator) =>
      assert.ok(String(parse(await choose(simulator, { max_tokens: 900 }))["type"]).length > 300),
  },
  "missing-keys": {
    check: async (simulator) =>
      assert.deepEqual(
        Object.keys(parse(await choose(simulator))),
        fieldNames.filter((_, i) => i % 2 === 0),
      ),
  },
  "null-spellings": {
    async check(simulator) {
      const answer = parse(await choose(simulator));
      assert.deepEqual([answer["brand"], answer["defect_type"]], ["N/A", "none"]);
    },
  },
  "logprobs-null": { check: async (simulator) => assert.equal((await choose(simulator)).logprobs, null) },
  "wrong-usage": {
    fault: { parameters: { off: 9 } },
    async check(simulator) {
      const count = async () =>
        (JSON.parse((await ask(simulator)).text) as { usage: { prompt_tokens: number } }).usage.prompt_tokens;
      const wrong = await count();
      simulator.faults.set([]);
      assert.equal(wrong - (await count()), 9);
    },
  },
  "huge-body": {
    fault: { parameters: { megabytes: 3 } },
    check: async (simulator) => assert.ok((await ask(simulator)).text.length > 3_000_000),
  },
  "non-json-body": {
    async check(simulator) {
      const { status, text } = await ask(simulator);
      assert.equal(status, 200);
      assert.match(text, /^<html>/);
    },
  },
  "stream-error": {
    async check(simulator) {
      const { status, text } = await ask(simulator, { stream: true });
      assert.equal(status, 200);
      assert.match(text, /data: \{"error":\{"message":"Internal server error"[^\n]*\n\ndata: \[DONE\]\n\n$/);
      await expectError(simulator, 500, "InternalServerError");
    },
  },
  "metrics-huge": {
    fault: { parameters: { megabytes: 2 } },
    check: async (simulator) => assert.ok((await send(simulator, "/metrics")).text.length > 2_000_000),
  },
  "metrics-malformed": {
    check: async (simulator) => assert.match((await send(simulator, "/metrics")).text, /^<\?xml[^]*\{\{/),
  },
  "metrics-slow": {
    fault: { parameters: { delay_ms: 60 } },
    async check(simulator) {
      const start = performance.now();
      await send(simulator, "/metrics");
      assert.ok(performance.now() - start >= 55);
    },
  },
  "metrics-old-names": {
    async check(simulator) {
      const { text } = await send(simulator, "/metrics");
      assert.match(text, /^vllm:gpu_cache_usage_perc\{/m);
      assert.match(text, /^vllm:time_per_output_token_seconds_count\{/m);
      assert.doesNotMatch(text, /kv_cache_usage_perc/);
    },
  },
};

async function expectError(simulator: Simulator, status: number, type: string): Promise<void> {
  const reply = await ask(simulator);
  assert.equal(reply.status, status);
  const { error } = JSON.parse(reply.text) as { error: { type: string; code: number } };
  assert.deepEqual([error.type, error.code], [type, status]);
}

async function expectErrorString(simulator: Simulator, status: number, message: RegExp): Promise<void> {
  const reply = await ask(simulator);
  assert.equal(reply.status, status);
  assert.match((JSON.parse(reply.text) as { error: string }).error, message);
}

for (const [kind, { fault, options, check }] of Object.entries(behaviours) as [
  FaultKind,
  (typeof behaviours)[FaultKind],
][]) {
  test(`fault ${kind}: ${faultKinds[kind].describe}`, async (t) => {
    const simulator = await open(t, options);
    simulator.faults.set([{ ...fault, kind }]);
    await check(simulator);
  });
}

test("faults are read and set over HTTP, and a mistake is named", async (t) => {
  const simulator = await open(t);
  const set = await send(simulator, "/simulator/faults", {
    method: "PUT",
    body: { faults: [{ kind: "error-500", times: 1 }] },
  });
  assert.equal(set.status, 200);
  assert.match((await send(simulator, "/simulator/faults")).text, /"kind":"error-500","rate":1/);
  assert.equal((await ask(simulator)).status, 500);
  assert.equal((await ask(simulator)).status, 200);
  const wrong = await send(simulator, "/simulator/faults", { method: "PUT", body: { faults: [{ kind: "nope" }] } });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /Unknown fault nope/);
});

test("an engine death loses the prefix cache", async (t) => {
  const simulator = await open(t);
  const hits = async () =>
    Number(/^vllm:prefix_cache_hits_total\{[^}]*\} (\d+)/m.exec((await send(simulator, "/metrics")).text)?.[1]);
  await ask(simulator);
  await ask(simulator);
  const before = await hits();
  assert.ok(before > 0);
  simulator.faults.set([{ kind: "engine-death", times: 1, parameters: { dying_ms: 1, down_ms: 300 } }]);
  await ask(simulator);
  await until(simulator, "ECONNREFUSED");
  await until(simulator, 200);
  await ask(simulator);
  assert.equal(await hits(), before);
});
