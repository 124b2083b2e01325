import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { after, before, describe, test } from "node:test";
import sharp from "sharp";
import type { TokenLogprob } from "../../schemas/index.ts";
import { getFamily } from "../../src/families/index.ts";
import type { FamilyId } from "../../src/families/index.ts";

/** A server that speaks vLLM's protocol, and what the suite must know of it. */
export interface ProtocolTarget {
  url: string;
  model: string;
  family: FamilyId;
  /** Its --limit-mm-per-prompt. */
  maxImages: number;
  /** Its --max-model-len. */
  maxModelLen: number;
  close(): Promise<void>;
}

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: number };
}

interface Completion {
  id: string;
  choices: {
    message: { content: string };
    logprobs: { content: TokenLogprob[] } | null;
    finish_reason: string;
    stop_reason: string | null;
  }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

const nullableText = { type: ["string", "null"], maxLength: 20 };
const schema = {
  type: "object",
  properties: { type: nullableText, color: nullableText, size: nullableText },
  required: ["type", "color", "size"],
  additionalProperties: false,
};
const asJson = { response_format: { type: "json_schema", json_schema: { name: "garment", schema } } };

/**
 * The wire protocol as the gateway relies on it: shapes, error bodies, headers. It holds for any vLLM server that serves a
 * vision model with xgrammar and --enable-server-load-tracking, the simulator included.
 */
export function vllmProtocolSuite(name: string, openServer: () => Promise<ProtocolTarget>): void {
  describe(`vLLM protocol: ${name}`, () => {
    let target: ProtocolTarget;
    let photo: string;
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });

    before(async () => {
      target = await openServer();
      photo = await jpeg(480, 640);
    });
    after(async () => {
      agent.destroy();
      await target.close();
    });

    function send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Reply> {
      return new Promise((resolve, reject) => {
        const call = request(`${target.url}${path}`, { method, agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString("utf8"),
            }),
          );
        });
        call.on("error", reject);
        call.end(body);
      });
    }

    const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      send("POST", path, typeof body === "string" ? body : JSON.stringify(body), {
        "content-type": "application/json",
        ...headers,
      });

    const question = (parts: unknown[]) => [
      { role: "system", content: "You describe garments." },
      { role: "user", content: [{ type: "text", text: "What is this?" }, ...parts] },
    ];
    const image = (url: string) => ({ type: "image_url", image_url: { url } });
    const chatBody = (options: object = {}, parts: unknown[] = []) => ({
      model: target.model,
      messages: question(parts),
      max_tokens: 200,
      temperature: 0,
      chat_template_kwargs: { enable_thinking: false },
      ...options,
    });
    const chat = (options: object = {}, parts: unknown[] = [], headers: Record<string, string> = {}) =>
      post("/v1/chat/completions", chatBody(options, parts), headers);

    async function complete(options: object = {}, parts: unknown[] = []): Promise<Completion> {
      const reply = await chat(options, parts);
      assert.equal(reply.status, 200, reply.text.slice(0, 300));
      return JSON.parse(reply.text) as Completion;
    }

    async function assertError(
      reply: Promise<Reply>,
      status: number,
      type: string,
      message: RegExp,
    ): Promise<ErrorBody> {
      const { status: found, text } = await reply;
      assert.equal(found, status, text.slice(0, 300));
      const body = JSON.parse(text) as ErrorBody;
      assert.deepEqual(Object.keys(body), ["error"]);
      assert.deepEqual(Object.keys(body.error).sort(), ["code", "message", "param", "type"]);
      assert.equal(body.error.code, status);
      assert.equal(body.error.type, type);
      assert.match(body.error.message, message);
      return body;
    }

    test("health answers 200 without a body, ping by GET and POST", async () => {
      for (const reply of [await send("GET", "/health"), await send("GET", "/ping"), await send("POST", "/ping")]) {
        assert.equal(reply.status, 200);
        assert.equal(reply.text, "");
      }
    });

    test("version names a release", async () => {
      const body = JSON.parse((await send("GET", "/version")).text) as { version: string };
      assert.match(body.version, /^\d+\.\d+/);
    });

    test("the model list carries the served name, its context and a permission", async () => {
      const list = JSON.parse((await send("GET", "/v1/models")).text) as {
        object: string;
        data: Record<string, unknown>[];
      };
      assert.equal(list.object, "list");
      const entry = list.data.find(({ id }) => id === target.model);
      assert.ok(entry);
      for (const key of ["id", "object", "created", "owned_by", "root", "parent", "max_model_len", "permission"])
        assert.ok(key in entry, key);
      assert.equal(entry["object"], "model");
      assert.equal(entry["owned_by"], "vllm");
      assert.equal(entry["max_model_len"], target.maxModelLen);
    });

    test("load counts the requests in work", async () => {
      assert.deepEqual(JSON.parse((await send("GET", "/load")).text), { server_load: 0 });
    });

    test("a reply has vLLM's members, nulls kept", async () => {
      const reply = await chat(asJson, [image(photo)]);
      assert.equal(reply.headers["content-type"], "application/json");
      const body = JSON.parse(reply.text) as Record<string, unknown> & Completion;
      for (const key of ["id", "object", "created", "model", "choices", "service_tier", "system_fingerprint", "usage"])
        assert.ok(key in body, key);
      assert.equal(body["object"], "chat.completion");
      assert.equal(body["model"], target.model);
      assert.equal(body["service_tier"], null);
      assert.equal(body["prompt_logprobs"], null);
      assert.equal(body.choices.length, 1);
      const choice = body.choices[0] as unknown as Record<string, unknown>;
      assert.equal(choice["index"], 0);
      assert.equal(choice["logprobs"], null);
      assert.equal(choice["finish_reason"], "stop");
      assert.equal(choice["stop_reason"], null);
      const message = choice["message"] as Record<string, unknown>;
      assert.equal(message["role"], "assistant");
      assert.equal(message["refusal"], null);
      assert.equal(message["reasoning"], null);
      assert.equal("tool_calls" in message, false);
      assert.equal(body.usage.total_tokens, body.usage.prompt_tokens + body.usage.completion_tokens);
    });

    test("guided JSON obeys the schema and keeps its order", async () => {
      const { choices } = await complete(asJson, [image(photo)]);
      const answer = JSON.parse(choices[0]!.message.content) as Record<string, unknown>;
      assert.deepEqual(Object.keys(answer), ["type", "color", "size"]);
      for (const value of Object.values(answer))
        assert.ok(value === null || (typeof value === "string" && Array.from(value).length <= 20));
    });

    test("a const in the schema comes back: the proof that the grammar is on", async () => {
      const nonce = `n${Date.now()}`;
      const probe = {
        type: "object",
        properties: { nonce: { const: nonce } },
        required: ["nonce"],
        additionalProperties: false,
      };
      const { choices } = await complete({
        response_format: { type: "json_schema", json_schema: { name: "probe", schema: probe } },
      });
      assert.deepEqual(JSON.parse(choices[0]!.message.content), { nonce });
    });

    test("structured_outputs constrains as well, and response_format overrides it", async () => {
      const choice = { structured_outputs: { choice: ["alpha", "beta"] } };
      assert.match((await complete(choice)).choices[0]!.message.content, /^(alpha|beta)$/);
      const both = await complete({ structured_outputs: { json: { const: "other" } }, ...asJson });
      assert.match(both.choices[0]!.message.content, /^\s*\{/);
    });

    test("json_object answers with an object", async () => {
      const { choices } = await complete({ response_format: { type: "json_object" } }, [image(photo)]);
      if (choices[0]!.finish_reason === "stop") assert.equal(typeof JSON.parse(choices[0]!.message.content), "object");
    });

    test("unknown members are ignored, the removed guided_json among them", async () => {
      const { choices } = await complete({ guided_json: schema, surprise: { a: 1 }, max_tokens: 30 });
      assert.throws(() => JSON.parse(choices[0]!.message.content) as unknown, SyntaxError);
    });

    test("logprobs has one entry a token, the end of turn included, and their bytes are the content", async () => {
      const { choices, usage } = await complete({ ...asJson, logprobs: true, top_logprobs: 5 }, [image(photo)]);
      const entries = choices[0]!.logprobs!.content;
      assert.equal(entries.length, usage.completion_tokens);
      for (const entry of entries) {
        assert.ok(entry.logprob <= 0 && entry.logprob >= -9999);
        assert.ok(entry.top_logprobs.length >= 5);
        assert.ok(entry.top_logprobs.some(({ token }) => token === entry.token));
      }
      const text = Buffer.concat(entries.slice(0, -1).map(({ bytes }) => Buffer.from(bytes ?? []))).toString("utf8");
      assert.equal(text, choices[0]!.message.content);
    });

    test("prompt_tokens is what tokenize counts, images included", async () => {
      const parts = [image(photo), image(await jpeg(320, 320))].slice(0, target.maxImages);
      const { messages, chat_template_kwargs } = chatBody({}, parts);
      const counted = JSON.parse(
        (await post("/tokenize", { model: target.model, messages, chat_template_kwargs })).text,
      ) as { count: number; max_model_len: number; tokens: number[]; token_strs: null };
      const { usage } = await complete({ max_tokens: 1 }, parts);
      assert.equal(usage.prompt_tokens, counted.count);
      assert.equal(counted.tokens.length, counted.count);
      assert.equal(counted.max_model_len, target.maxModelLen);
      assert.equal(counted.token_strs, null);
    });

    test("an image adds its family's tokens and markers to the prompt", async () => {
      const family = getFamily(target.family);
      const without = (await complete({ max_tokens: 1 })).usage.prompt_tokens;
      const withImage = (await complete({ max_tokens: 1 }, [image(photo)])).usage.prompt_tokens;
      const expected = family.countTokens({ width: 480, height: 640 }) + family.markerTokensPerImage;
      assert.equal(withImage - without, expected);
    });

    test("tokenize and detokenize are inverse", async () => {
      const prompt = "Größe 42 – 服装 👗";
      const { tokens } = JSON.parse((await post("/tokenize", { model: target.model, prompt })).text) as {
        tokens: number[];
      };
      const back = JSON.parse((await post("/detokenize", { model: target.model, tokens })).text) as { prompt: string };
      assert.equal(back.prompt, prompt);
    });

    test("a stream carries the role, the text, the finish reason, the usage and [DONE]", async () => {
      const whole = await complete(asJson, [image(photo)]);
      const reply = await chat({ ...asJson, stream: true, stream_options: { include_usage: true } }, [image(photo)]);
      assert.match(reply.headers["content-type"] ?? "", /^text\/event-stream/);
      const events = reply.text.trimEnd().split("\n\n");
      assert.ok(events.every((event) => event.startsWith("data: ")));
      assert.equal(events.pop(), "data: [DONE]");
      const chunks = events.map((event) => JSON.parse(event.slice(6)) as StreamChunk);
      assert.ok(chunks.every(({ object, model }) => object === "chat.completion.chunk" && model === target.model));
      assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
      const usage = chunks.pop()!;
      assert.deepEqual(usage.choices, []);
      assert.equal(usage.usage?.completion_tokens, whole.usage.completion_tokens);
      assert.deepEqual(chunks[0]!.choices[0]!.delta, { role: "assistant", content: "" });
      assert.equal(
        chunks.map(({ choices }) => choices[0]!.delta.content ?? "").join(""),
        whole.choices[0]!.message.content,
      );
      assert.deepEqual(
        chunks.map(({ choices }) => choices[0]!.finish_reason).filter((reason) => reason !== null),
        ["stop"],
      );
    });

    test("max_tokens cuts the answer and says so; max_completion_tokens wins", async () => {
      const cut = await complete({ ...asJson, max_tokens: 3 });
      assert.equal(cut.choices[0]!.finish_reason, "length");
      assert.equal(cut.usage.completion_tokens, 3);
      assert.equal((await complete({ ...asJson, max_completion_tokens: 2 })).usage.completion_tokens, 2);
    });

    test("a stop string ends the answer, is not in it, and is named", async () => {
      const { choices } = await complete({ ...asJson, stop: ["color"] });
      assert.equal(choices[0]!.finish_reason, "stop");
      assert.equal(choices[0]!.stop_reason, "color");
      assert.equal(choices[0]!.message.content.includes("color"), false);
    });

    test("X-Request-Id becomes the reply's id", async () => {
      const reply = await chat({ max_tokens: 1 }, [], { "x-request-id": "abc-123" });
      assert.equal((JSON.parse(reply.text) as Completion).id, "chatcmpl-abc-123");
      assert.match((await complete({ max_tokens: 1 })).id, /^chatcmpl-.{8,}/);
    });

    test("a load report comes with the reply where asked for", async () => {
      const json = await chat({ max_tokens: 1 }, [], { "endpoint-load-metrics-format": "JSON" });
      const report = String(json.headers["endpoint-load-metrics"]);
      assert.match(report, /^JSON \{/);
      const { named_metrics } = JSON.parse(report.slice(5)) as { named_metrics: Record<string, number> };
      assert.deepEqual(Object.keys(named_metrics).sort(), ["kv_cache_usage_perc", "num_requests_waiting"]);
      const text = await chat({ max_tokens: 1 }, [], { "endpoint-load-metrics-format": "TEXT" });
      assert.match(String(text.headers["endpoint-load-metrics"]), /^TEXT named_metrics\.kv_cache_usage_perc=/);
      assert.equal("endpoint-load-metrics" in (await chat({ max_tokens: 1 })).headers, false);
    });

    test("connections are kept alive without a hint for how long", async () => {
      const { headers } = await chat({ max_tokens: 1 });
      assert.equal("keep-alive" in headers, false);
      assert.notEqual(headers["connection"], "close");
    });

    test("metrics use the current names and labels", async () => {
      await complete({ max_tokens: 2 });
      const { text, headers } = await send("GET", "/metrics");
      assert.match(headers["content-type"] ?? "", /^text\/plain; version=0\.0\.4/);
      for (const series of [
        "vllm:num_requests_running",
        "vllm:num_requests_waiting",
        "vllm:kv_cache_usage_perc",
        "vllm:prefix_cache_queries_total",
        "vllm:prefix_cache_hits_total",
        "vllm:prompt_tokens_total",
        "vllm:generation_tokens_total",
        "vllm:time_to_first_token_seconds_count",
        "vllm:inter_token_latency_seconds_count",
        "vllm:e2e_request_latency_seconds_count",
      ])
        assert.match(text, new RegExp(`^${series}\\{[^}]*engine="0"[^}]*\\} \\S+$`, "m"), series);
      assert.match(text, new RegExp(`model_name="${target.model}"`));
      assert.equal(text.includes("gpu_cache_usage_perc"), false);
    });

    test("an unknown model is a 404, an absent one is the served model", async () => {
      const body = await assertError(
        chat({ model: "nope" }),
        404,
        "NotFoundError",
        /^The model `nope` does not exist\.$/,
      );
      assert.equal(body.error.param, "model");
      assert.equal((await chat({ model: undefined, max_tokens: 1 })).status, 200);
    });

    test("an unknown path is a 404, a wrong method a 405", async () => {
      await assertError(send("GET", "/v1/nothing"), 404, "Not Found", /Not Found/);
      await assertError(send("GET", "/v1/chat/completions"), 405, "Method Not Allowed", /Method Not Allowed/);
    });

    test("a body that breaks the schema is a 400 that repeats the offending input", async () => {
      const secret = "repeated-by-the-server";
      await assertError(chat({ messages: secret }), 400, "Bad Request", new RegExp(`validation error[^]*${secret}`));
      await assertError(
        post("/v1/chat/completions", { model: target.model }),
        400,
        "Bad Request",
        /'messages'[^]*Field required/,
      );
    });

    test("a body that is no JSON, or not declared as JSON, is a 400", async () => {
      await assertError(post("/v1/chat/completions", '{"model": '), 400, "Bad Request", /JSON decode error/);
      const undeclared = send("POST", "/v1/chat/completions", JSON.stringify(chatBody()), {
        "content-type": "text/plain",
      });
      await assertError(undeclared, 400, "Bad Request", /application\/json/);
      const charset = await chat({ max_tokens: 1 }, [], { "content-type": "application/json; charset=utf-8" });
      assert.equal(charset.status, 200);
    });

    test("options that contradict each other are 400s", async () => {
      await assertError(chat({ top_logprobs: 3 }), 400, "BadRequestError", /logprobs/);
      await assertError(chat({ stream_options: { include_usage: true } }), 400, "BadRequestError", /stream/i);
      await assertError(chat({ logprobs: true, top_logprobs: 21 }), 400, "BadRequestError", /20/);
      await assertError(chat({ temperature: -1 }), 400, "BadRequestError", /temperature/);
      await assertError(
        chat({ structured_outputs: { json: schema, choice: ["a"] } }),
        400,
        "BadRequestError",
        /one kind|multiple/,
      );
    });

    test("a schema beyond the grammar engine is a 400", async () => {
      const refused = {
        type: "object",
        properties: { a: { type: "array", items: { type: "string" }, uniqueItems: true } },
        required: ["a"],
      };
      await assertError(
        chat({ response_format: { type: "json_schema", json_schema: { name: "x", schema: refused } } }),
        400,
        "BadRequestError",
        /^The provided JSON schema contains features not supported by xgrammar\.$/,
      );
    });

    test("too long a prompt is a 400 that names the context length", async () => {
      const reply = chat({ max_tokens: target.maxModelLen + 1 });
      await assertError(
        reply,
        400,
        "BadRequestError",
        new RegExp(`maximum context length is ${target.maxModelLen} tokens`),
      );
    });

    test("image parts fail each in their own way", async () => {
      const bytes = Buffer.from("not an image").toString("base64");
      await assertError(
        chat({}, [image(`data:image/jpeg;base64,${bytes}`)]),
        400,
        "BadRequestError",
        /^Failed to load image/,
      );
      await assertError(
        chat({}, [image(`${photo.slice(0, -8)}\n${photo.slice(-8)}`)]),
        400,
        "BadRequestError",
        /^Failed to load image/,
      );
      await assertError(chat({}, [image("data:image/svg+xml,<svg/>")]), 501, "NotImplementedError", /base64/);
      const unreachable = "http://127.0.0.1:1/photo.jpg";
      const body = await assertError(chat({}, [image(unreachable)]), 422, "UnprocessableEntityError", /127\.0\.0\.1/);
      assert.equal(body.error.param, "image_url");
    });

    test("more images than allowed are a 400 that names the limit", async () => {
      const parts = Array.from({ length: target.maxImages + 1 }, () => image(photo));
      await assertError(
        chat({}, parts),
        400,
        "BadRequestError",
        new RegExp(`^At most ${target.maxImages} image\\(s\\)`),
      );
    });

    test("a client that leaves ends its generation", async () => {
      const running = async (): Promise<number> => {
        const { text } = await send("GET", "/metrics");
        return Number(/^vllm:num_requests_running\{[^}]*\} (\S+)$/m.exec(text)?.[1]);
      };
      const body = JSON.stringify(chatBody({ ...asJson, stream: true }, [image(photo)]));
      await new Promise<void>((resolve) => {
        const call = request(
          `${target.url}/v1/chat/completions`,
          { method: "POST", headers: { "content-type": "application/json" } },
          (response) => {
            response.on("error", () => {});
            response.once("data", () => call.destroy());
            response.on("close", () => resolve());
          },
        );
        call.on("error", () => {});
        call.end(body);
      });
      for (let tries = 0; (await running()) > 0; tries++) {
        assert.ok(tries < 200, "still running");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
  });
}

interface StreamChunk {
  id: string;
  object: string;
  model: string;
  choices: { delta: { role?: string; content?: string }; finish_reason: string | null }[];
  usage?: { completion_tokens: number };
}

async function jpeg(width: number, height: number): Promise<string> {
  const bytes = await sharp({ create: { width, height, channels: 3, background: "#4a6a8a" } })
    .jpeg()
    .toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}
