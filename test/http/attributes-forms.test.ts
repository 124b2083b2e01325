import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import { Ajv } from "ajv";
import { AttributesAnswerSchema, ProblemSchema } from "../../schemas/index.ts";
import type { Problem } from "../../schemas/index.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

const image = Buffer.from("the bytes of an image");
const ajv = new Ajv({ strict: false });
const isAnswer = ajv.compile(AttributesAnswerSchema);
const isProblem = ajv.compile(ProblemSchema);

async function open(t: TestContext, change?: Parameters<typeof buildStubGateway>[0]) {
  const stub = await buildStubGateway(change);
  t.after(() => stub.app.close());
  const post = (options: InjectOptions) => stub.app.inject({ method: "POST", url: "/v1/attributes", ...options });
  return { ...stub, post };
}

/** A multipart body of files (name -> bytes) and fields (name -> text). */
function form(parts: [string, Buffer | string][]): Pick<InjectOptions, "payload" | "headers"> {
  const boundary = "xboundaryx";
  const chunks = parts.flatMap(([name, value]) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"` +
        (typeof value === "string" ? "\r\n\r\n" : `; filename="${name}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`),
    ),
    Buffer.from(value),
    Buffer.from("\r\n"),
  ]);
  return {
    payload: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

function assertProblem(response: LightMyRequestResponse, status: number, code: string): Problem {
  assert.equal(response.headers["content-type"], "application/problem+json; charset=utf-8", response.body);
  const problem = response.json<Problem>();
  assert.ok(isProblem(problem), JSON.stringify(isProblem.errors));
  assert.equal(problem.code, code, response.body);
  assert.equal(response.statusCode, status);
  assert.equal(problem.status, status);
  assert.equal(problem.instance, response.headers["x-request-id"]);
  return problem;
}

test("the image alone as the body is one photo with options in the query", async (t) => {
  const { post, garments } = await open(t);
  const response = await post({
    url: "/v1/attributes?tier=fast&deadline_ms=5000&vision_tokens=300&sample_id=s1&metadata=%7B%22a%22%3A1%7D",
    headers: { "content-type": "image/jpeg" },
    payload: image,
  });
  assert.equal(response.statusCode, 200, response.body);
  assert.ok(isAnswer(response.json()), JSON.stringify(isAnswer.errors));
  assert.deepEqual(garments[0]?.images, [{ view: "image", bytes: image }]);
  assert.deepEqual(garments[0]?.options, {
    tier: "fast",
    deadline_ms: 5000,
    vision_tokens: 300,
    sample_id: "s1",
    metadata: { a: 1 },
  });
});

test("an empty text field under a view name is a photo that was not chosen", async (t) => {
  const { post, garments } = await open(t);
  const response = await post(
    form([
      ["front", image],
      ["back", ""],
      ["tag", ""],
    ]),
  );
  assert.equal(response.statusCode, 200, response.body);
  assert.deepEqual(garments[0]?.images, [{ view: "front", bytes: image }]);
  assertProblem(await post(form([["back", ""]])), 400, "image_missing");
  assertProblem(await post(form([["back", "text"]])), 400, "request_invalid");
});

test("multipart file parts are photos named by their view, fields are options", async (t) => {
  const { post, garments } = await open(t);
  const response = await post(
    form([
      ["front", image],
      ["tag", Buffer.from("tag")],
      ["tier", "accurate"],
      ["deadline_ms", "900"],
      ["metadata", '{"source":"posh"}'],
    ]),
  );
  assert.equal(response.statusCode, 200, response.body);
  assert.deepEqual(garments[0]?.images, [
    { view: "front", bytes: image },
    { view: "tag", bytes: Buffer.from("tag") },
  ]);
  assert.deepEqual(garments[0]?.options, { tier: "accurate", deadline_ms: 900, metadata: { source: "posh" } });
});

test("JSON carries photos in base64, with and without padding", async (t) => {
  const { post, garments } = await open(t);
  const response = await post({
    payload: {
      images: [
        { data: image.toString("base64"), view: "back" },
        { data: Buffer.from("ab").toString("base64").replace("=", "") },
      ],
      sample_id: "x",
      metadata: { nested: { deep: [1] } },
    },
  });
  assert.equal(response.statusCode, 200, response.body);
  assert.deepEqual(garments[0]?.images, [
    { view: "back", bytes: image },
    { view: "image", bytes: Buffer.from("ab") },
  ]);
});

test("the answer echoes the request id, and says who answered and how long the parts took", async (t) => {
  const { post } = await open(t);
  const headers = { "content-type": "image/png", "x-request-id": "my-request.1" };
  const response = await post({ headers, payload: image });
  assert.equal(response.headers["x-request-id"], "my-request.1");
  assert.equal(response.headers["x-garment-backend"], "b");
  assert.match(
    String(response.headers["server-timing"]),
    /^total;dur=[\d.]+, image;dur=0, queue;dur=[\d.]+, backend;dur=0$/,
  );
});

test("a request id that is not safe to echo is replaced", async (t) => {
  const { post } = await open(t);
  const response = await post({
    headers: { "content-type": "image/png", "x-request-id": "a b\u00e9" },
    payload: image,
  });
  assert.match(String(response.headers["x-request-id"]), /^req_[0-9a-f]{32}$/);
});

const json = { "content-type": "application/json" };
const raw = { "content-type": "image/jpeg" };

const cases: [string, InjectOptions, number, string][] = [
  ["an empty image body", { headers: raw, payload: "" }, 400, "image_missing"],
  ["no body and no type at all", {}, 400, "image_missing"],
  ["an empty JSON body", { headers: json, payload: "" }, 400, "image_missing"],
  ["JSON without images", { headers: json, payload: "{}" }, 400, "image_missing"],
  ["JSON with no image in the list", { headers: json, payload: '{"images":[]}' }, 400, "image_missing"],
  ["JSON with an empty image", { headers: json, payload: '{"images":[{"data":""}]}' }, 400, "image_missing"],
  ["a form without a file part", form([["tier", "fast"]]), 400, "image_missing"],
  ["a form with an empty file", form([["front", Buffer.alloc(0)]]), 400, "image_missing"],
  ["text", { headers: { "content-type": "text/plain" }, payload: "hello" }, 415, "unsupported_media_type"],
  ["XML", { headers: { "content-type": "application/xml" }, payload: "<a/>" }, 415, "unsupported_media_type"],
  ["a body of no type", { headers: { "content-type": "" }, payload: "x" }, 415, "unsupported_media_type"],
  [
    "multipart without boundary",
    { headers: { "content-type": "multipart/form-data" }, payload: "x" },
    415,
    "unsupported_media_type",
  ],
  [
    "multipart with an empty boundary",
    { headers: { "content-type": "multipart/form-data; boundary=" }, payload: "x" },
    415,
    "unsupported_media_type",
  ],
  ["JSON that is none", { headers: json, payload: '{"images":' }, 400, "request_invalid"],
  ["JSON that is a list", { headers: json, payload: "[]" }, 400, "request_invalid"],
  ["JSON null", { headers: json, payload: "null" }, 400, "request_invalid"],
  ["bad base64", { headers: json, payload: '{"images":[{"data":"not base64!"}]}' }, 422, "image_corrupt"],
  ["base64 with line breaks", { headers: json, payload: '{"images":[{"data":"YWJj\\nYWJj"}]}' }, 422, "image_corrupt"],
  [
    "a data URI for base64",
    { headers: json, payload: '{"images":[{"data":"data:image/png;base64,YWJj"}]}' },
    422,
    "image_corrupt",
  ],
  ["an unknown member", { headers: json, payload: '{"images":[{"data":"YWJj"}],"colour":1}' }, 400, "request_invalid"],
  [
    "a __proto__ member",
    { headers: json, payload: '{"images":[{"data":"YWJj"}],"__proto__":{"tier":"fast"}}' },
    400,
    "request_invalid",
  ],
  [
    "a constructor member",
    { headers: json, payload: '{"images":[{"data":"YWJj"}],"constructor":{"prototype":{}}}' },
    400,
    "request_invalid",
  ],
  [
    "an unknown member of an image",
    { headers: json, payload: '{"images":[{"data":"YWJj","name":"x"}]}' },
    400,
    "request_invalid",
  ],
  ["an unknown view", { headers: json, payload: '{"images":[{"data":"YWJj","view":"side"}]}' }, 400, "request_invalid"],
  [
    "a text where JSON wants a number",
    { headers: json, payload: '{"images":[{"data":"YWJj"}],"deadline_ms":"900"}' },
    400,
    "request_invalid",
  ],
  [
    "a number where JSON wants a text",
    { headers: json, payload: '{"images":[{"data":"YWJj"}],"sample_id":9}' },
    400,
    "request_invalid",
  ],
  [
    "metadata as text in JSON",
    { headers: json, payload: '{"images":[{"data":"YWJj"}],"metadata":"{}"}' },
    400,
    "request_invalid",
  ],
  [
    "data and url together",
    { headers: json, payload: '{"images":[{"data":"YWJj","url":"https://x/y"}]}' },
    400,
    "request_invalid",
  ],
  ["neither data nor url", { headers: json, payload: '{"images":[{"view":"front"}]}' }, 400, "request_invalid"],
  [
    "a url while urls are off",
    { headers: json, payload: '{"images":[{"url":"https://example.com/a.jpg"}]}' },
    422,
    "url_forbidden",
  ],
  [
    "an unknown option in the query",
    { url: "/v1/attributes?colour=1", headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  [
    "an option given twice in the query",
    { url: "/v1/attributes?tier=fast&tier=fast", headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  [
    "tier and model together",
    { url: "/v1/attributes?tier=fast&model=m", headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  ["an unknown tier", { url: "/v1/attributes?tier=best", headers: raw, payload: image }, 400, "request_invalid"],
  ["a deadline of 0", { url: "/v1/attributes?deadline_ms=0", headers: raw, payload: image }, 400, "request_invalid"],
  [
    "a deadline over 120000",
    { url: "/v1/attributes?deadline_ms=120001", headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  [
    "a deadline that is no number",
    { url: "/v1/attributes?deadline_ms=soon", headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  [
    "a sample id of 201 characters",
    { url: `/v1/attributes?sample_id=${"x".repeat(201)}`, headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  [
    "metadata that is no JSON",
    { url: "/v1/attributes?metadata=%7B", headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  [
    "metadata that is no object",
    { url: "/v1/attributes?metadata=%5B1%5D", headers: raw, payload: image },
    400,
    "request_invalid",
  ],
  [
    "options in the query of a JSON request",
    { url: "/v1/attributes?tier=fast", headers: json, payload: '{"images":[{"data":"YWJj"}]}' },
    400,
    "request_invalid",
  ],
  ["an unknown priority", { headers: { ...raw, "x-priority": "urgent" }, payload: image }, 400, "request_invalid"],
  ["an unknown file part", form([["side", image]]), 400, "request_invalid"],
  [
    "an unknown field",
    form([
      ["front", image],
      ["colour", "1"],
    ]),
    400,
    "request_invalid",
  ],
  [
    "a __proto__ field",
    form([
      ["front", image],
      ["__proto__", "1"],
    ]),
    400,
    "request_invalid",
  ],
  ["a __proto__ file", form([["__proto__", image]]), 400, "request_invalid"],
  [
    "a field given twice",
    form([
      ["front", image],
      ["tier", "fast"],
      ["tier", "fast"],
    ]),
    400,
    "request_invalid",
  ],
  ["a photo sent as a field", form([["front", "text"]]), 400, "request_invalid"],
  [
    "too many fields",
    form([["front", image], ...Array.from({ length: 30 }, (_, n): [string, string] => [`f${n}`, "x"])]),
    400,
    "request_invalid",
  ],
  [
    "a truncated form",
    {
      headers: { "content-type": "multipart/form-data; boundary=b" },
      payload: '--b\r\nContent-Disposition: form-data; name="front"; filename="a"\r\n\r\nabc',
    },
    400,
    "request_invalid",
  ],
  ["five files", form(Array.from({ length: 5 }, (): [string, Buffer] => ["front", image])), 422, "too_many_images"],
  ["six files", form(Array.from({ length: 6 }, (): [string, Buffer] => ["front", image])), 422, "too_many_images"],
  [
    "five images in JSON",
    { headers: json, payload: { images: Array.from({ length: 5 }, () => ({ data: "YWJj" })) } },
    422,
    "too_many_images",
  ],
];

for (const [name, request, status, code] of cases) {
  test(`${name}: ${status} ${code}`, async (t) => {
    const { post, garments, logLines } = await open(t);
    assertProblem(await post(request), status, code);
    assert.equal(garments.length, 0);
    assert.equal(logLines.filter((line) => line["msg"] === "request").length, 1, "one log line");
  });
}

test("four photos and a sample id of 200 characters are within the limits", async (t) => {
  const { post } = await open(t);
  const four = form([
    ...Array.from({ length: 4 }, (): [string, Buffer] => ["detail", image]),
    ["sample_id", "x".repeat(200)],
  ]);
  assert.equal((await post(four)).statusCode, 200);
});

test("metadata may take 4096 bytes as JSON and not one more", async (t) => {
  const { post } = await open(t);
  const request = (length: number) => ({
    headers: json,
    payload: { images: [{ data: "YWJj" }], metadata: { a: "x".repeat(length - 8) } },
  });
  assert.equal((await post(request(4096))).statusCode, 200);
  assertProblem(await post(request(4097)), 400, "request_invalid");
});

test("an image may take max_bytes and not one more, in every form", async (t) => {
  const { post } = await open(t, { change: (config) => void (config.image.max_bytes = 2048) });
  const forms = (bytes: Buffer): InjectOptions[] => [
    { headers: raw, payload: bytes },
    form([["front", bytes]]),
    { headers: json, payload: { images: [{ data: bytes.toString("base64") }] } },
  ];
  for (const request of forms(Buffer.alloc(2048, 1))) assert.equal((await post(request)).statusCode, 200);
  for (const request of forms(Buffer.alloc(2049, 1))) assertProblem(await post(request), 413, "image_too_large");
});

test("a body may take max_body_bytes and not one more, in every form", async (t) => {
  const { post } = await open(t, {
    change: (config) => {
      config.server.max_body_bytes = 4096;
      config.image.max_bytes = 100_000;
    },
  });
  assert.equal((await post({ headers: raw, payload: Buffer.alloc(4096, 1) })).statusCode, 200);
  for (const request of [
    { headers: raw, payload: Buffer.alloc(4097, 1) },
    form([["front", Buffer.alloc(4097, 1)]]),
    { headers: json, payload: { images: [{ data: Buffer.alloc(4097, 1).toString("base64") }] } },
  ]) {
    assertProblem(await post(request), 413, "body_too_large");
  }
});

test("an unknown path and a wrong method are answered as problems", async (t) => {
  const { app } = await open(t);
  assertProblem(await app.inject({ method: "GET", url: "/v1/nothing" }), 404, "not_found");
  assertProblem(await app.inject({ method: "GET", url: "/v1/attributes" }), 404, "not_found");
  assertProblem(await app.inject({ method: "GET", url: "/%" }), 400, "request_invalid");
});

test("a defect becomes `internal`, says nothing of itself, and is logged once with its reason", async (t) => {
  const { post, logLines } = await open(t, { infer: () => Promise.reject(new TypeError("secret inner state")) });
  const response = await post({ headers: raw, payload: image });
  const problem = assertProblem(response, 500, "internal");
  assert.equal(problem.retryable, true);
  assert.doesNotMatch(response.body, /secret/);
  assert.equal(logLines.filter((line) => line["msg"] === "request failed by a defect").length, 1);
});

test("no log line holds image bytes, metadata or keys", async (t) => {
  const { post, logLines } = await open(t);
  await post({
    headers: { ...raw, authorization: "Bearer top-secret-key" },
    url: "/v1/attributes?metadata=%7B%22customer%22%3A%22jane%22%7D",
    payload: Buffer.from("IMAGEBYTESIMAGEBYTES"),
  });
  await post({ headers: json, payload: '{"images":[{"data":"SU1BR0VCWVRFUw=="}],"unknown":1}' });
  const text = JSON.stringify(logLines);
  assert.ok(logLines.length >= 2);
  assert.doesNotMatch(text, /IMAGEBYTES|SU1BR0VCWVRFUw|top-secret|jane/);
});
