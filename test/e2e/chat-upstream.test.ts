import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import OpenAI from "openai";
import type { BackendConfig } from "../../schemas/index.ts";
import { backendConfig } from "../support/backends.ts";
import { drawing } from "../support/images.ts";
import { askAbout, dataUri, openAiClient } from "../support/openai-client.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";
import type { SimulatedGateway } from "../support/simulated-gateway.ts";
import { openStub } from "../support/stub-vllm.ts";
import type { StubReply, StubVllm } from "../support/stub-vllm.ts";

interface Scene extends SimulatedGateway {
  stubs: StubVllm[];
  client: OpenAI;
  /** The JSON of the last live call to the first stub. */
  upstream(): Record<string, unknown>;
}

/** The whole gateway before scripted servers `b0`, `b1`, … that show what reaches them. */
async function openScene(
  t: TestContext,
  changes: Partial<BackendConfig>[] = [{}],
  attemptTimeoutMs = 5000,
): Promise<Scene> {
  const stubs = await Promise.all(changes.map(() => openStub()));
  const gateway = await openSimulatedGateway(t, {
    simulators: [],
    change(config) {
      config.routing.attempt_timeout_ms = attemptTimeoutMs;
      config.backends = stubs.map(({ url }, at) => backendConfig({ id: `b${at}`, url, ...changes[at] }));
    },
  });
  t.after(() => Promise.all(stubs.map((stub) => stub.stop())));
  return {
    ...gateway,
    stubs,
    client: openAiClient(gateway),
    upstream: () => stubs[0]?.liveCalls().at(-1)?.json ?? {},
  };
}

const event = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

function eventStream(text: string): StubReply {
  return { headers: { "content-type": "text/event-stream; charset=utf-8" }, text };
}

/** A stream of these bytes that then breaks or stalls. */
function brokenStream(text: string, afterwards: "reset" | "stall"): StubReply {
  const length = Buffer.byteLength(text) + 1000;
  return {
    raw: `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${length}\r\n\r\n${text}`,
    afterwards,
  };
}

/** The images of a body that reached a backend. */
function imagesOf(body: Record<string, unknown>): string[] {
  return [...JSON.stringify(body["messages"]).matchAll(/"data:[^"]+"/g)].map(([uri]) => JSON.parse(uri) as string);
}

test("everything but the model and the images reaches the backend as it is", async (t) => {
  const { url, upstream } = await openScene(t);
  const body = {
    temperature: 0.25,
    seed: 9_007_199_254_740_991,
    stop: ["\n", "\u2028"],
    logit_bias: { "17": -100 },
    tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
    response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object", b: 1, a: 2 } } },
    structured_outputs: null,
    chat_template_kwargs: { enable_thinking: false },
    something_of_tomorrow: { é: "“🧥”", nothing: null },
    messages: [
      { role: "system", content: 'quote " and \\ and \u0000', name: "s" },
      { role: "assistant", content: null, tool_calls: [] },
      { role: "user", content: [{ type: "text", text: "“what”" }] },
    ],
  };
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ model: "b0", ...body }),
  });
  assert.equal(response.status, 200);
  assert.deepEqual(upstream(), { model: "m", ...body });
  await response.text();
});

test("an answer comes back byte for byte", async (t) => {
  const { url, stubs } = await openScene(t);
  const text = '{ "choices" : [ { "message": {"content":"x"} } ],\n "model":"as-the-backend-says", "é": 1.0e0 }';
  for (const stub of stubs) stub.onChat = () => ({ headers: { "content-type": "application/json" }, text });
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "x" }] }),
  });
  assert.equal(await response.text(), text);
  assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
});

test("an image on the grid without metadata goes on untouched, any other is prepared, each in its place", async (t) => {
  const { client, upstream } = await openScene(t);
  const onGrid = await drawing(320, 416).jpeg().toBuffer();
  const offGrid = await drawing(301, 400).png().toBuffer();
  await client.chat.completions.create({ model: "m", messages: [...askAbout(onGrid, offGrid), ...askAbout(onGrid)] });
  const [first, second, third, ...more] = imagesOf(upstream());
  assert.equal(more.length, 0);
  assert.equal(first, dataUri(onGrid));
  assert.equal(third, dataUri(onGrid));
  assert.match(second ?? "", /^data:image\/jpeg;base64,\/9j\//);
  assert.notEqual(second, dataUri(offGrid));
});

test("base64 that a strict decoder would refuse is written anew", async (t) => {
  const { client, upstream } = await openScene(t);
  const sizes = await Promise.all([320, 352, 384, 416].map((width) => drawing(width, 320).jpeg().toBuffer()));
  for (const image of sizes) {
    for (const text of [image.toString("base64url"), image.toString("base64").replace(/=+$/, "")]) {
      const url = `data:image/jpeg;base64,${text}`;
      await client.chat.completions.create({
        model: "m",
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }],
      });
      assert.deepEqual(imagesOf(upstream()), [dataUri(image)]);
    }
  }
});

test("of a content part only what counts is sent on: nothing that makes vLLM fetch or reuse media unseen", async (t) => {
  const { url, upstream } = await openScene(t);
  const image = await drawing(320, 320).jpeg().toBuffer();
  const content = [
    { type: "text", text: "x", uuid: "u", image_url: "http://169.254.169.254/", video_url: { url: "file:///x" } },
    { type: "image_url", image_url: { url: dataUri(image), detail: "high" }, uuid: "u", cache_control: {} },
    { type: "image_url", image_url: dataUri(image) },
  ];
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content }] }),
  });
  assert.equal(response.status, 200);
  await response.text();
  const sent = { type: "image_url", image_url: { url: dataUri(image) } };
  assert.deepEqual(upstream()["messages"], [{ role: "user", content: [{ type: "text", text: "x" }, sent, sent] }]);
});

test("a chat may have as many images as its model takes, and no more tokens than a request may have", async (t) => {
  const { client } = await openScene(t, [{ family: "moondream3" }, { family: "qwen3-vl" }]);
  const image = await drawing(320, 320).jpeg().toBuffer();
  const ask = (model: string, count: number) =>
    client.chat.completions.create({ model, messages: askAbout(...Array.from({ length: count }, () => image)) });
  const tooMany = (error: unknown): boolean =>
    error instanceof OpenAI.UnprocessableEntityError && error.code === "too_many_images";
  await ask("b0", 1);
  await assert.rejects(ask("b0", 2), tooMany);
  // 32 images of the smallest size, 64 tokens, are all of 2,048.
  await ask("b1", 32);
  await assert.rejects(ask("b1", 33), tooMany);
});

test("a stream that breaks in the middle ends so that the client notices", async (t) => {
  const { client, stubs, metric, logLines } = await openScene(t);
  for (const stub of stubs) stub.onChat = () => brokenStream(event("half") + event(" an answer"), "reset");
  const stream = await client.chat.completions.create({ model: "m", messages: askAbout(), stream: true });
  let text = "";
  await assert.rejects(async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  });
  assert.equal(text, "half an answer");
  await eventually(
    async () => (await metric("http_request_duration_seconds_count", { status: "502" })) === 1,
    "the failure is counted",
  );
  const line = logLines.find(({ msg }) => msg === "request");
  assert.deepEqual([line?.["status"], line?.["code"], line?.["stream"]], [502, "backend_failed", true]);
  assert.equal(await metric("retries_total"), 0);
  assert.equal(await metric("backend_in_flight"), 0);
});

test("an error event in the middle of a stream reaches the client as it is", async (t) => {
  const { client, stubs } = await openScene(t);
  const failure = { error: { message: "Internal server error", type: "InternalServerError", param: null, code: 500 } };
  const text = `${event("half")}data: ${JSON.stringify(failure)}\n\ndata: [DONE]\n\n`;
  for (const stub of stubs) stub.onChat = () => eventStream(text);
  const stream = await client.chat.completions.create({ model: "m", messages: askAbout(), stream: true });
  await assert.rejects(async () => {
    for await (const _ of stream);
  }, OpenAI.APIError);
});

const beforeTheFirstEvent: Record<string, StubReply> = {
  "breaks behind its headers": brokenStream("", "reset"),
  "stalls behind its headers": brokenStream("", "stall"),
  "ends without an event": eventStream(""),
  "begins with an error": eventStream('data: {"error":{"message":"EngineCore encountered an issue.","code":500}}\n\n'),
  "is no stream": { text: "<html>" },
};

for (const [what, reply] of Object.entries(beforeTheFirstEvent)) {
  test(`a stream that ${what} is asked for at another backend`, async (t) => {
    const { client, stubs, metric } = await openScene(t, [{}, {}], 300);
    const [bad, good] = stubs;
    assert.ok(bad && good);
    bad.onChat = () => reply;
    good.onChat = () => eventStream(`${event("good")}data: [DONE]\n\n`);
    // Ties are broken at random: ask until the bad one was first.
    for (let n = 0; bad.liveCalls().length === 0 && n < 100; n += 1) {
      const stream = await client.chat.completions.create({ model: "m", messages: askAbout(), stream: true });
      let text = "";
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      assert.equal(text, "good");
    }
    assert.ok(bad.liveCalls().length > 0);
    assert.ok((await metric("retries_total")) > 0);
  });
}

test("a slow reader holds the backend back, and nothing piles up", async (t) => {
  const { url, stubs } = await openScene(t);
  const megabyte = event("x".repeat(1_000_000));
  for (const stub of stubs) stub.onChat = () => eventStream(megabyte.repeat(40));
  const leaving = new AbortController();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "x" }], stream: true }),
    signal: leaving.signal,
  });
  const reader = response.body?.getReader();
  await reader?.read();
  global.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const grown = process.memoryUsage().arrayBuffers - before;
  // Kernel buffers hold some megabytes of the forty; the process may hold a few of its own.
  assert.ok(grown < 8_000_000, `${grown} bytes piled up`);
  let bytes = 0;
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) break;
    bytes += piece.value.length;
  }
  assert.ok(bytes > 35 * megabyte.length);
});
