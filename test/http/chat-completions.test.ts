import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { Ajv } from "ajv";
import Fastify from "fastify";
import { errorCatalogue, OpenAiErrorSchema } from "../../schemas/index.ts";
import type { OpenAiError } from "../../schemas/index.ts";
import { chatCompletionsRoute } from "../../routes/index.ts";
import type { Gateway } from "../../src/gateway.ts";
import {
  admissionPlugin,
  chatPlugin,
  eventStreamPlugin,
  notFound,
  observePlugin,
  problemPlugin,
  requestContextPlugin,
  uploadPlugin,
} from "../../src/http/index.ts";
import type { ChatRequest, CompleteChat } from "../../src/inference/index.ts";
import { defineError, systemClock as clock } from "../../src/kernel/index.ts";
import { createAdmission } from "../../src/limits/index.ts";
import { createInstruments } from "../../src/telemetry/index.ts";

const isOpenAiError = new Ajv().compile(OpenAiErrorSchema);
const overloaded = defineError(errorCatalogue.overloaded);
const image = Buffer.from("not really an image");
const uri = `data:image/jpeg;base64,${image.toString("base64")}`;

interface Options {
  complete?: CompleteChat;
  fetchImage?: (url: string, signal: AbortSignal) => Promise<Buffer>;
  deadlineMs?: number;
}

/** The HTTP side of chat completions; `chats` are those that it let through. */
async function openApp(t: TestContext, options: Options = {}) {
  const {
    complete = answerWith("{}"),
    fetchImage = () => Promise.reject(new Error("off")),
    deadlineMs = 5000,
  } = options;
  const chats: ChatRequest[] = [];
  const app = Fastify();
  await app.register(problemPlugin);
  await app.register(observePlugin, { instruments: createInstruments(), clock });
  await app.register(requestContextPlugin, { clock, deadlineMs: () => deadlineMs });
  await app.register(uploadPlugin, { maxBodyBytes: 10_000, maxImageBytes: 10_000, maxImages: 4, fetchImage });
  await app.register(chatPlugin, { maxBodyBytes: 10_000, maxFetchedImages: 2, fetchImage });
  await app.register(eventStreamPlugin);
  app.decorate("gateway", {
    completeChat(chat, deadline) {
      chats.push(chat);
      return complete(chat, deadline);
    },
  } satisfies Pick<Gateway, "completeChat"> as unknown as Gateway);
  const admission = createAdmission({ clock, maxInFlight: 8, maxQueue: 8, maxBytesInFlight: 1_000_000 });
  await app.register(admissionPlugin, { admission, clock, maxBodyBytes: 10_000 });
  // Belongs to keys, which are not what is tested here.
  app.decorateReply("chargeVisionTokens", async () => {});
  await app.register(chatCompletionsRoute, { prefix: "/v1" });
  t.after(() => app.close());
  const post = (payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
      headers: { "content-type": "application/json", ...headers },
    });
  return { app, chats, post };
}

function answerWith(body: string): CompleteChat {
  return async () => ({
    backend: "b0",
    body: Buffer.from(body),
    attempts: 1,
    visionTokens: 0,
    timings: { image: 0, queue: 0, backend: 0 },
  });
}

const user = (...content: unknown[]) => ({ model: "m", messages: [{ role: "user", content }] });
const text = (value: unknown) => ({ type: "text", text: value });
const picture = (url: unknown) => ({ type: "image_url", image_url: { url } });

test("a chat is cut at its images, and put together again it is the same without its model", async (t) => {
  const { post, chats } = await openApp(t);
  const body = { ...user(text("a"), picture(uri), text("b"), picture(uri)), max_tokens: 7, stream: null, extra: [1] };
  assert.equal((await post(body)).statusCode, 200);
  const [chat] = chats;
  assert.ok(chat);
  assert.deepEqual([chat.model, chat.isStream, chat.maxTokens, chat.images.length], ["m", false, 7, 2]);
  assert.deepEqual(chat.images[0], { bytes: image, base64: image.toString("base64") });
  const whole = chat.texts.join(image.toString("base64"));
  assert.deepEqual({ model: "m", ...(JSON.parse(whole) as object) }, body);
});

const refused: [string, unknown, string, RegExp][] = [
  ["no body", "", "", /body/],
  ["no object", [], "", /must be object/],
  ["no model", { messages: [{ role: "user", content: "x" }] }, "model", /`model` is missing/],
  ["an empty model", { model: "", messages: [{ role: "user", content: "x" }] }, "model", /fewer than 1/],
  ["no messages", { model: "m" }, "messages", /`messages` is missing/],
  ["an empty list of messages", { model: "m", messages: [] }, "messages", /fewer than 1/],
  ["messages that are no list", { model: "m", messages: "hello" }, "messages", /must be array/],
  ["a message without a role", { model: "m", messages: [{}] }, "messages[0].role", /is missing/],
  [
    "content that is a number",
    { model: "m", messages: [{ role: "user", content: 1 }] },
    "messages[0].content",
    /must be/,
  ],
  ["a part without a type", user(text("x"), { text: "x" }), "messages[0].content[1].type", /is missing/],
  ["a part that is no object", user("x"), "messages[0].content[0]", /must be object/],
  [
    "a video",
    user({ type: "video_url", video_url: { url: "https://x" } }),
    "messages[0].content[0].type",
    /text, image_url/,
  ],
  ["a text part without text", user({ type: "text" }), "messages[0].content[0].text", /is missing/],
  ["an image part without image", user({ type: "image_url" }), "messages[0].content[0].image_url", /is missing/],
  [
    "an image without url",
    user({ type: "image_url", image_url: {} }),
    "messages[0].content[0].image_url.url",
    /is missing/,
  ],
  ["a url that is a number", user(picture(7)), "messages[0].content[0].image_url.url", /must be string/],
  [
    "a data URI without base64",
    user(picture("data:image/png,x")),
    "messages[0].content[0].image_url",
    /without base64/,
  ],
  ["a data URI without comma", user(picture("data:image/png;base64")), "messages[0].content[0].image_url", /base64/],
  ["a stream that is a word", { ...user(text("x")), stream: "yes" }, "stream", /must be boolean/],
  ["guided_json", { ...user(text("x")), guided_json: {} }, "guided_json", /response_format/],
  [
    "guided_whitespace_pattern",
    { ...user(text("x")), guided_whitespace_pattern: "" },
    "guided_whitespace_pattern",
    /0\.12/,
  ],
  ["mm_processor_kwargs", { ...user(text("x")), mm_processor_kwargs: {} }, "mm_processor_kwargs", /the gateway itself/],
  ["an inexact seed", '{"model":"m","messages":[{"role":"user"}],"seed":9007199254740993}', "seed", /2\^53/],
];

for (const [what, body, param, message] of refused) {
  test(`${what} is refused with its place, in OpenAI's shape`, async (t) => {
    const { post, chats } = await openApp(t);
    const response = await post(body);
    const { error } = response.json<OpenAiError>();
    assert.ok(isOpenAiError(response.json()), response.body);
    assert.deepEqual([response.statusCode, error.type, error.code], [400, "invalid_request_error", "request_invalid"]);
    assert.equal(error.param, param);
    assert.match(error.message, message);
    assert.match(response.headers["content-type"] as string, /^application\/json/);
    assert.equal(chats.length, 0);
  });
}

test("legacy members that are null ask for nothing and pass", async (t) => {
  const { post } = await openApp(t);
  assert.equal((await post({ ...user(text("x")), guided_json: null })).statusCode, 200);
});

test("errors keep their status, and OpenAI's names where it has some", async (t) => {
  const cases = [
    [notFound("No such model."), 404, "invalid_request_error", "model_not_found", "model"],
    [overloaded("Busy.", { retryAfterSeconds: 3 }), 503, "server_error", "overloaded", null],
    [new TypeError("a defect"), 500, "server_error", "internal", null],
  ] as const;
  for (const [thrown, status, type, code, param] of cases) {
    const { post } = await openApp(t, { complete: () => Promise.reject(thrown) });
    const response = await post(user(text("x")));
    const { error } = response.json<OpenAiError>();
    assert.deepEqual([response.statusCode, error.type, error.code, error.param], [status, type, code, param]);
    assert.doesNotMatch(error.message, /defect/);
    assert.equal(response.headers["retry-after"], code === "overloaded" ? "3" : undefined);
    assert.ok(response.headers["x-request-id"]);
  }
});

test("a deadline that passes is a 504 in OpenAI's shape", async (t) => {
  const { post } = await openApp(t, {
    deadlineMs: 10,
    complete: (_chat, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
  });
  const response = await post(user(text("x")));
  const { error } = response.json<OpenAiError>();
  assert.deepEqual([response.statusCode, error.type, error.code], [504, "server_error", "deadline_exceeded"]);
});

test("what is too large, of another type or wrong in its headers has OpenAI's shape too", async (t) => {
  const { post, app } = await openApp(t);
  const large = await post(user(text("x".repeat(10_000))));
  const form = await post("a=b", { "content-type": "application/x-www-form-urlencoded" });
  const png = await post("png", { "content-type": "image/png" });
  const priority = await post(user(text("x")), { "x-priority": "high" });
  for (const [response, status, code] of [
    [large, 413, "body_too_large"],
    [form, 415, "unsupported_media_type"],
    [png, 415, "unsupported_media_type"],
    [priority, 400, "request_invalid"],
  ] as const) {
    assert.ok(isOpenAiError(response.json()), response.body);
    assert.deepEqual([response.statusCode, response.json<OpenAiError>().error.code], [status, code]);
  }
  const elsewhere = await app.inject({ method: "GET", url: "/v1/chat/completions" });
  assert.equal(elsewhere.statusCode, 404);
  assert.match(elsewhere.headers["content-type"] as string, /problem\+json/);
});

test("images by URL are fetched side by side, in their places, and only so many", async (t) => {
  const urls: string[] = [];
  const { post, chats } = await openApp(t, {
    async fetchImage(url) {
      urls.push(url);
      return Buffer.from(url);
    },
  });
  const body = user(picture("https://a/1"), picture(uri), picture("https://a/2"));
  assert.equal((await post(body)).statusCode, 200);
  assert.deepEqual(
    chats[0]?.images.map(({ bytes }) => bytes.toString()),
    ["https://a/1", image.toString(), "https://a/2"],
  );
  assert.deepEqual(
    chats[0]?.images.map(({ base64 }) => base64 !== null),
    [false, true, false],
  );
  const many = await post(user(...[1, 2, 3].map((n) => picture(`https://a/${n}`))));
  assert.deepEqual([many.statusCode, many.json<OpenAiError>().error.code], [422, "too_many_images"]);
  assert.equal(urls.length, 2);
});
