import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import sharp from "sharp";
import { simulate } from "../../src/commands/simulate.ts";
import { createCard, openSimulator } from "../../src/simulator/index.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { activeResources, assertQuiet } from "../support/quiet.ts";
import { createSighting, createStubVision } from "../support/stub-vision.ts";

const modelId = "sim-test";

function body(options: object = {}): string {
  return JSON.stringify({
    model: modelId,
    messages: [{ role: "user", content: "Describe a garment. ".repeat(40) }],
    structured_outputs: { json: { type: "array", items: { type: "string", minLength: 300 }, minItems: 4 } },
    ...options,
  });
}

function ask(simulator: Simulator, text = body(), signal?: AbortSignal): Promise<Response> {
  return fetch(`${simulator.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: text,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function dataUrl(background: string, width = 480): Promise<string> {
  const bytes = await sharp({ create: { width, height: 640, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}

test("the real eyes look at a photo on their own thread and answer with probabilities", async (t) => {
  const simulator = await openSimulator({ modelId, speed: 0 });
  t.after(() => simulator.close());
  const silhouette = Buffer.from(
    '<svg width="480" height="640"><rect width="480" height="640" fill="#eee"/><path d="M150 120 L60 200 L100 270 L150 230 L150 540 L330 540 L330 230 L380 270 L420 200 L330 120 Q240 170 150 120 Z" fill="#c01818"/></svg>',
  );
  const photo = await sharp(silhouette).jpeg().toBuffer();
  const nullable = { type: ["string", "null"], maxLength: 80 };
  const schema = { type: "object", properties: { type: nullable, color: nullable }, required: ["type", "color"] };
  const reply = await ask(
    simulator,
    JSON.stringify({
      logprobs: true,
      top_logprobs: 5,
      response_format: { type: "json_schema", json_schema: { name: "x", schema } },
      messages: [
        {
          role: "user",
          content: [{ type: "image_url", image_url: { url: `data:image/jpeg;base64,${photo.toString("base64")}` } }],
        },
      ],
    }),
  );
  const { choices } = (await reply.json()) as { choices: [{ message: { content: string } }] };
  const answer = JSON.parse(choices[0].message.content) as { type: string | null; color: string | null };
  assert.match(answer.color ?? "", /red/);
});

test("a client that leaves frees its place, without a stream too", async (t) => {
  const simulator = await openSimulator({ modelId, vision: createStubVision() });
  t.after(() => simulator.close());
  for (const stream of [false, true]) {
    const leaver = new AbortController();
    const reply = ask(simulator, body({ stream }), leaver.signal).then((response) => response.text());
    while (simulator.stats().running === 0) await delay(2);
    leaver.abort();
    await assert.rejects(reply, { name: "AbortError" });
    while (simulator.stats().running > 0) await delay(2);
  }
  assert.equal(simulator.stats().aborted, 2);
  assert.equal(simulator.stats().generatedTokens, 0);
});

test("two builds on one card slow each other", async (t) => {
  const card = createCard();
  const open = (shared: boolean) => openSimulator({ modelId, vision: createStubVision(), ...(shared ? { card } : {}) });
  const [alone, a, b] = await Promise.all([open(false), open(true), open(true)]);
  t.after(() => Promise.all([alone.close(), a.close(), b.close()]));
  const engineTime = async (simulator: Simulator): Promise<number> => {
    const metrics = await (await fetch(`${simulator.url}/metrics`)).text();
    return Number(/^vllm:request_inference_time_seconds_sum\{[^}]*\} (\S+)$/m.exec(metrics)?.[1]);
  };
  await Promise.all([alone, a, b].map(async (simulator) => (await ask(simulator)).text()));
  assert.ok((await engineTime(a)) > 1.5 * (await engineTime(alone)));
});

test("an idle connection is closed after five seconds", async (t) => {
  const simulator = await openSimulator({ modelId, speed: 0, vision: createStubVision() });
  const agent = new Agent({ keepAlive: true });
  t.after(async () => {
    agent.destroy();
    await simulator.close();
  });
  const call = request(`${simulator.url}/health`, { agent }).end();
  const [response] = (await once(call, "response")) as [NodeJS.ReadableStream];
  response.resume();
  const { socket } = call;
  assert.ok(socket);
  await delay(4500);
  assert.equal(socket.destroyed, false);
  await Promise.race([once(socket, "close"), delay(2500, undefined, { ref: false })]);
  assert.equal(socket.destroyed, true);
});

test("the same image is looked at once, and a uuid stands for the image", async (t) => {
  const vision = createStubVision();
  const simulator = await openSimulator({ modelId, speed: 0, vision });
  t.after(() => simulator.close());
  const [red, blue] = [await dataUrl("#a00"), await dataUrl("#00a", 960)];
  const tokens = async (url: string | null, uuid?: string) => {
    const content = [{ type: "image_url", image_url: url === null ? null : { url }, uuid }];
    const reply = await ask(simulator, JSON.stringify({ max_tokens: 1, messages: [{ role: "user", content }] }));
    return ((await reply.json()) as { usage?: { prompt_tokens: number } }).usage?.prompt_tokens;
  };
  const first = await tokens(red);
  assert.equal(await tokens(red), first);
  assert.equal(vision.looks, 1);
  assert.notEqual(await tokens(blue), first);
  assert.equal(await tokens(red, "same"), first);
  assert.equal(await tokens(blue, "same"), first, "a reused uuid silently stands for the first image, as in vLLM");
  assert.equal(await tokens(null, "same"), first);
  assert.equal(await tokens(null, "unknown"), undefined);
});

test("the API key guards /v1 only, and its refusal is a string", async (t) => {
  const simulator = await openSimulator({ modelId, speed: 0, vision: createStubVision(), apiKey: "k" });
  t.after(() => simulator.close());
  const models = await fetch(`${simulator.url}/v1/models`);
  assert.equal(models.status, 401);
  assert.deepEqual(await models.json(), { error: "Unauthorized" });
  assert.equal((await fetch(`${simulator.url}/v1/models`, { headers: { authorization: "Bearer k" } })).status, 200);
  assert.equal((await fetch(`${simulator.url}/health`)).status, 200);
});

test("a queue cap answers 503 while it is reached", async (t) => {
  const simulator = await openSimulator({ modelId, vision: createStubVision(), maxNumSeqs: 1, maxQueuedRequests: 1 });
  t.after(() => simulator.close());
  const first = ask(simulator);
  while (simulator.stats().running === 0) await delay(2);
  const second = ask(simulator);
  while (simulator.stats().waiting === 0) await delay(2);
  assert.equal((await ask(simulator)).status, 503);
  assert.deepEqual([(await first).status, (await second).status], [200, 200]);
});

test("optional endpoints can be off", async (t) => {
  const endpoints = { tokenize: false, load: false, version: false };
  const simulator = await openSimulator({ modelId, speed: 0, vision: createStubVision(), endpoints });
  t.after(() => simulator.close());
  for (const path of ["/version", "/load", "/tokenize", "/detokenize"])
    assert.equal((await fetch(simulator.url + path)).status, 404, path);
});

test("a thinking family thinks unless told not to", async (t) => {
  const simulator = await openSimulator({ modelId, family: "qwen3.5", speed: 0, vision: createStubVision() });
  t.after(() => simulator.close());
  const say = async (options: object) => {
    const reply = await ask(simulator, JSON.stringify({ messages: [{ role: "user", content: "Hi" }], ...options }));
    return ((await reply.json()) as { choices: [{ message: { content: string } }] }).choices[0].message.content;
  };
  assert.match(await say({}), /<\/think>/);
  assert.doesNotMatch(await say({ chat_template_kwargs: { enable_thinking: false } }), /<\/think>/);
  assert.doesNotMatch(await say({ reasoning_effort: "none" }), /<\/think>/);
});

test("a streamed character arrives whole", async (t) => {
  const vision = createStubVision(createSighting({ brand: "服装 É" }));
  const simulator = await openSimulator({ modelId, vision, speed: 20 });
  t.after(() => simulator.close());
  const brand = { type: "object", properties: { brand: { type: "string" } }, required: ["brand"] };
  const content = [{ type: "image_url", image_url: { url: await dataUrl("#777") } }];
  const reply = await ask(
    simulator,
    JSON.stringify({ stream: true, messages: [{ role: "user", content }], structured_outputs: { json: brand } }),
  );
  const text = await reply.text();
  const deltas = [...text.matchAll(/"delta":(\{.*?\}),"logprobs"/g)].map(
    ([, delta]) => (JSON.parse(delta!) as { content: string }).content,
  );
  assert.equal(deltas.join(""), '{"brand": "服装 É"}');
  assert.equal(
    deltas.some((delta) => delta.includes("\ufffd")),
    false,
  );
});

test("a model id that could pass for a real one is refused", async () => {
  await assert.rejects(openSimulator({ modelId: "qwen3-vl-8b", vision: createStubVision() }), /must begin with "sim-"/);
});

test("close ends everything: calls in flight, connections, timers, the eyes' thread", async () => {
  const before = activeResources();
  const simulator = await openSimulator({ modelId });
  const running = Promise.allSettled([1, 2, 3].map(() => ask(simulator)));
  while (simulator.stats().running < 3) await delay(2);
  simulator.faults.set([{ kind: "stall" }]);
  const stalled = Promise.allSettled([ask(simulator)]);
  while (simulator.stats().chatCalls < 4) await delay(2);
  await simulator.close();
  for (const { status } of [...(await running), ...(await stalled)]) assert.equal(status, "rejected");
  await assertQuiet(before, { running: () => simulator.stats().running });
});

test("the command says that no model is behind it, serves, and stops when asked", async () => {
  const child = spawn(process.execPath, ["src/main.ts", "simulate", "--port", "0", "--fault", "error-500:1:1"]);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, "exit");
  while (!output.includes("Faults on")) await delay(20);
  assert.match(output, /Simulator, no real model behind it: sim-qwen3-vl-fp8/);
  const url = /http:\S+/.exec(output)![0];
  assert.equal((await fetch(`${url}/health`)).status, 200);
  child.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);
});

test("the command explains itself and refuses what it does not know", async (t) => {
  const spoken: string[] = [];
  for (const method of ["log", "error"] as const)
    t.mock.method(console, method, (line: string) => void spoken.push(line));
  const never = { stop: new AbortController().signal, onHangUp: () => {} };
  assert.equal(await simulate(["--help"], never), 0);
  assert.match(spoken.join("\n"), /keep-alive-reset/);
  const wrong = ["--bogus", "--fault=nope", "--fault=stall:2", "--model=qwen", "--port=x", "--build=int4", "extra"];
  for (const argument of wrong) assert.equal(await simulate([argument], never), 2, argument);
});

test("the command starts one server a build", async (t) => {
  const spoken: string[] = [];
  t.mock.method(console, "log", (line: string) => void spoken.push(line));
  const stop = new AbortController();
  const status = simulate(["--port=0", "--build=fp8", "--build=nvfp4", "--share-card", "--speed=2"], {
    stop: stop.signal,
    onHangUp: () => {},
  });
  while (spoken.length < 2) await delay(5);
  assert.match(spoken[1]!, /sim-qwen3-vl-nvfp4 \(qwen3-vl, nvfp4\)/);
  stop.abort();
  assert.equal(await status, 0);
});
