import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import OpenAI from "openai";
import type { BackendConfig } from "../../schemas/index.ts";
import type { FaultKind } from "../../src/simulator/index.ts";
import { fixedAttributes } from "../support/fixed-vision.ts";
import { drawing } from "../support/images.ts";
import { askAbout, openAiClient, typeAndColor } from "../support/openai-client.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";

const photo = readFileSync("samples/garments/000-front.jpg");
const tag = readFileSync("samples/garments/001-tag.jpg");
const seen = { type: fixedAttributes.type, color: fixedAttributes.color };

test("OpenAI's client gets an answer under its own schema, and the backend's model as its model", async (t) => {
  const gateway = await openSimulatedGateway(t);
  const { data, response, request_id } = await openAiClient(gateway)
    .chat.completions.create({ model: "sim-test", messages: askAbout(photo), response_format: typeAndColor })
    .withResponse();
  assert.deepEqual(JSON.parse(data.choices[0]?.message.content ?? ""), seen);
  assert.equal(data.model, "sim-test");
  assert.equal(data.object, "chat.completion");
  assert.ok((data.usage?.prompt_tokens ?? 0) > 100);
  assert.equal(response.headers.get("x-garment-backend"), "b0");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.match(request_id ?? "", /^req_/);
});

test("a stream's pieces add up to the same text, and its last one tells the usage", async (t) => {
  const client = openAiClient(await openSimulatedGateway(t));
  const question = { model: "sim-test", messages: askAbout(photo), response_format: typeAndColor };
  const whole = await client.chat.completions.create(question);
  const { data: stream, response } = await client.chat.completions
    .create({ ...question, stream: true, stream_options: { include_usage: true } })
    .withResponse();
  let text = "";
  let usage: OpenAI.CompletionUsage | null | undefined;
  let pieces = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage;
    pieces += 1;
  }
  assert.equal(text, whole.choices[0]?.message.content);
  assert.ok(pieces > 3, "it comes in pieces");
  assert.deepEqual(usage?.prompt_tokens, whole.usage?.prompt_tokens);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  assert.equal(response.headers.get("x-accel-buffering"), "no");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("x-garment-backend"), "b0");
});

test("several images, over several messages, all reach the model", async (t) => {
  const { url } = await openSimulatedGateway(t);
  const client = openAiClient({ url });
  const tokens = async (...images: Buffer[][]): Promise<number> => {
    const messages = images.flatMap((each) => askAbout(...each));
    const { usage } = await client.chat.completions.create({ model: "sim-test", messages });
    return usage?.prompt_tokens ?? 0;
  };
  const none = await tokens([], []);
  const first = (await tokens([photo], [])) - none;
  const second = (await tokens([], [tag])) - none;
  assert.ok(first > 64 && second > 64);
  assert.equal((await tokens([photo], [tag])) - none, first + second);
  assert.equal((await tokens([photo, tag], [tag])) - none, first + 2 * second);
});

test("logprobs pass through", async (t) => {
  const client = openAiClient(await openSimulatedGateway(t));
  const { choices } = await client.chat.completions.create({
    model: "sim-test",
    messages: askAbout(photo),
    response_format: typeAndColor,
    logprobs: true,
    top_logprobs: 3,
  });
  const tokens = choices[0]?.logprobs?.content ?? [];
  const text = tokens.map(({ token }) => token).join("");
  assert.equal(text, `${choices[0]?.message.content}<|im_end|>`);
  assert.equal(tokens[0]?.top_logprobs.length, 3);
});

test("the model is named by a model id, a backend id or a tier, and an unknown one is not found", async (t) => {
  const { gateway, url } = await openSimulatedGateway(t, {
    simulators: [{ modelId: "sim-a" }, { modelId: "sim-b" }],
    change(config) {
      const [a, b] = config.backends as BackendConfig[];
      if (a !== undefined) a.tiers = ["fast"];
      if (b !== undefined) b.tiers = ["balanced"];
    },
  });
  const client = openAiClient({ url });
  const ask = (model: string) => client.chat.completions.create({ model, messages: askAbout(photo) });
  assert.equal(gateway.fleet.backends.length, 2);
  assert.equal((await ask("sim-a")).model, "sim-a");
  assert.equal((await ask("b1")).model, "sim-b");
  assert.equal((await ask("tier:fast")).model, "sim-a");
  assert.equal((await ask("tier:balanced")).model, "sim-b");
  for (const unknown of ["gpt-4o", "tier:best", "tier:", "SIM-A"]) {
    await assert.rejects(ask(unknown), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, "model_not_found");
      assert.equal(error.type, "invalid_request_error");
      assert.equal(error.param, "model");
      return true;
    });
  }
});

test("a phone's photo reaches the backend within the token budget", async (t) => {
  const { url, metric } = await openSimulatedGateway(t);
  const client = openAiClient({ url });
  const large = await drawing(3024, 4032).jpeg({ quality: 90 }).toBuffer();
  const promptTokens = async (...images: Buffer[]): Promise<number> => {
    const answer = await client.chat.completions.create({ model: "tier:balanced", messages: askAbout(...images) });
    return answer.usage?.prompt_tokens ?? 0;
  };
  const text = await promptTokens();
  // 768 tokens (24 by 32 cells), and two around them; unresized it would take 11,844.
  assert.equal((await promptTokens(large)) - text, 770);
  // Three share the most that a request may take, 2,048.
  const three = (await promptTokens(large, large, large)) - text;
  assert.ok(three <= 2048 + 3 * 2 && three > 1800, String(three));
  assert.equal(await metric("image_vision_tokens_count"), 4);
});

test("bad images are the caller's errors, each with its place or what to do", async (t) => {
  const client = openAiClient(await openSimulatedGateway(t));
  const ask = (url: string) =>
    client.chat.completions.create({
      model: "sim-test",
      messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }],
    });
  const cases: [string, number, string][] = [
    ["data:image/jpeg;base64,????", 422, "image_corrupt"],
    [`data:image/jpeg;base64,${photo.subarray(0, 5000).toString("base64")}`, 422, "image_corrupt"],
    ["data:image/jpeg,abc", 400, "request_invalid"],
    [`data:image/svg+xml;base64,${Buffer.from("<svg/>").toString("base64")}`, 415, "unsupported_media_type"],
    ["https://example.com/shirt.jpg", 422, "url_forbidden"],
    ["http://169.254.169.254/latest", 422, "url_forbidden"],
    ["file:///etc/passwd", 422, "url_forbidden"],
  ];
  for (const [url, status, code] of cases) {
    await assert.rejects(ask(url), (error) => {
      assert.ok(error instanceof OpenAI.APIError);
      assert.deepEqual(
        [error.status, error.code, error.type],
        [status, code, "invalid_request_error"],
        url.slice(0, 60),
      );
      assert.ok(!error.message.includes("169.254"));
      return true;
    });
  }
  await assert.rejects(ask("data:image/jpeg;base64,????"), OpenAI.UnprocessableEntityError);
});

test("what the backend refuses is a 400 in our words, and never retried", async (t) => {
  const { url, simulators, metric } = await openSimulatedGateway(t, { simulators: [{}, {}] });
  const client = openAiClient({ url });
  const ask = (more: object) =>
    client.chat.completions.create({ model: "sim-test", messages: askAbout(photo), ...more });
  const refused = async (more: object, message: RegExp): Promise<void> => {
    await assert.rejects(ask(more), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.match(error.message, message);
      return true;
    });
  };
  await refused({ top_logprobs: 5 }, /does not accept a member/);
  await refused({ temperature: -1 }, /does not accept a member/);
  const secret = `${"a word ".repeat(10_000)} hunter2`;
  await assert.rejects(
    client.chat.completions.create({ model: "sim-test", messages: [{ role: "user", content: secret }] }),
    (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.match(error.message, /longer than the model's context/);
      return true;
    },
  );
  simulators.forEach((simulator) => simulator.faults.set([{ kind: "schema-400" }]));
  await refused({ response_format: typeAndColor }, /cannot follow this `response_format`/);
  assert.equal(await metric("retries_total"), 0);
});

test("a caller that aborts stops the generation, of a whole answer and of a stream", async (t) => {
  const { url, simulators, metric } = await openSimulatedGateway(t, { simulators: [{ speed: 0.05 }] });
  const client = openAiClient({ url });
  const question = { model: "sim-test", messages: askAbout(photo) };
  for (const stream of [false, true]) {
    const leaving = new AbortController();
    const asked = client.chat.completions.create({ ...question, stream }, { signal: leaving.signal });
    asked.catch(() => {});
    await eventually(() => (simulators[0]?.stats().running ?? 0) > 0, "the backend generates");
    leaving.abort();
    await assert.rejects(async () => {
      const reply = await asked;
      if (Symbol.asyncIterator in reply) for await (const _ of reply);
    });
    await eventually(() => simulators[0]?.stats().running === 0, "the backend has stopped");
  }
  await eventually(
    async () => (await metric("http_request_duration_seconds_count", { status: "499" })) === 2,
    "both are counted as left",
  );
  assert.equal(await metric("backend_requests_total", { outcome: "aborted" }), 2);
});

test("a reader who stops in the middle of a stream stops the generation", async (t) => {
  const { url, simulators } = await openSimulatedGateway(t, { simulators: [{ speed: 0.05 }] });
  const stream = await openAiClient({ url }).chat.completions.create({
    model: "sim-test",
    messages: askAbout(photo),
    stream: true,
  });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content !== "") break;
  await eventually(() => simulators[0]?.stats().running === 0, "the backend has stopped");
});

test("the deadline ends a whole answer with 504, and cuts a stream", async (t) => {
  const { url, simulators, metric } = await openSimulatedGateway(t, {
    simulators: [{ speed: 0.02 }],
    change: (config) => void (config.routing.deadline_ms = { interactive: 500, bulk: 60_000 }),
  });
  const client = openAiClient({ url });
  const question = { model: "sim-test", messages: askAbout(photo), response_format: typeAndColor };
  await assert.rejects(client.chat.completions.create(question), (error) => {
    assert.ok(error instanceof OpenAI.InternalServerError);
    assert.deepEqual([error.status, error.code, error.type], [504, "deadline_exceeded", "server_error"]);
    return true;
  });
  await assert.rejects(async () => {
    for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
  });
  await eventually(() => simulators[0]?.stats().running === 0, "the backend has stopped");
  await eventually(
    async () => (await metric("http_request_duration_seconds_count", { status: "504" })) === 2,
    "both are counted as late",
  );
});

const servedAround: FaultKind[] = [
  "refuse-connections",
  "reset-before-headers",
  "error-500",
  "overflow-503",
  "rate-limit-429",
  "unauthorized-401",
  "stall",
];

for (const kind of servedAround) {
  test(`${kind} on one of two backends is served around, for whole answers and streams`, async (t) => {
    const { url, simulators } = await openSimulatedGateway(t, {
      simulators: [{}, {}],
      change: (config) => void (config.routing.attempt_timeout_ms = 300),
    });
    simulators[0]?.faults.set([{ kind }]);
    const client = openAiClient({ url });
    const question = { model: "sim-test", messages: askAbout(photo), response_format: typeAndColor };
    const texts = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const { data, response } = await client.chat.completions.create(question).withResponse();
        assert.equal(response.headers.get("x-garment-backend"), "b1");
        let text = "";
        for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
          text += chunk.choices[0]?.delta.content ?? "";
        }
        return [data.choices[0]?.message.content, text];
      }),
    );
    for (const text of texts.flat()) assert.deepEqual(JSON.parse(text ?? ""), seen);
    simulators[0]?.faults.set([]);
  });
}

test("a backend that fails every time is a server error, and one that is away is unavailable", async (t) => {
  const { url, simulators } = await openSimulatedGateway(t);
  const client = openAiClient({ url });
  const question = { model: "sim-test", messages: askAbout(photo) };
  for (const stream of [false, true]) {
    simulators[0]?.faults.set([{ kind: "error-500" }]);
    await assert.rejects(client.chat.completions.create({ ...question, stream }), (error) => {
      assert.ok(error instanceof OpenAI.InternalServerError);
      assert.deepEqual([error.status, error.code], [502, "backend_failed"]);
      return true;
    });
    simulators[0]?.faults.set([{ kind: "overflow-503" }]);
    await assert.rejects(client.chat.completions.create({ ...question, stream }), (error) => {
      assert.ok(error instanceof OpenAI.InternalServerError);
      assert.deepEqual([error.status, error.code], [503, "overloaded"]);
      assert.ok(Number(error.headers.get("retry-after")) >= 1);
      return true;
    });
    simulators[0]?.faults.set([]);
  }
});
