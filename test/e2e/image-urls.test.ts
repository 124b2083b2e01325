import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { RequestListener, ServerResponse } from "node:http";
import test from "node:test";
import type { TestContext } from "node:test";
import type { AttributesAnswer, Config, Problem } from "../../schemas/index.ts";
import { openImageHost } from "../support/image-host.ts";
import { drawing } from "../support/images.ts";
import { activeResources, assertQuiet } from "../support/quiet.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";

const photo = await drawing(320, 240).jpeg().toBuffer();

/** The whole gateway with images by URL switched on, and one HTTPS server in its world. */
async function open(t: TestContext, answer: RequestListener, change?: (config: Config) => void) {
  const before = activeResources();
  const host = await openImageHost(answer, { "inside.test": [["10.1.2.3"]] });
  const simulated = await openSimulatedGateway(t, {
    overrides: { internet: host.internet },
    change(config) {
      config.image.urls.enabled = true;
      change?.(config);
    },
  });
  // After the gateway: these hooks run in the order of their registration.
  t.after(async () => {
    await host.close();
    await assertQuiet(before);
  });
  const post = (images: object[], options: object = {}, signal: AbortSignal | null = null) =>
    fetch(`${simulated.url}/v1/attributes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ images, ...options }),
      signal,
    });
  return { ...simulated, host, post };
}

const sendPhoto: RequestListener = (_request, response) => void response.end(photo);

test("photos by URL and in base64 are answered together, each with its view", async (t) => {
  const { post } = await open(t, sendPhoto);
  const tag = await drawing(64, 64).png().toBuffer();
  const response = await post([
    { url: "https://images.test/a.jpg", view: "front" },
    { data: tag.toString("base64"), view: "tag" },
    { url: "https://cdn.test/b" },
  ]);
  const answer = (await response.json()) as AttributesAnswer;
  assert.equal(response.status, 200, JSON.stringify(answer));
  const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
  assert.deepEqual(
    answer.images.map(({ view, sha256, format }) => ({ view, sha256, format })),
    [
      { view: "front", sha256: sha256(photo), format: "jpeg" },
      { view: "tag", sha256: sha256(tag), format: "png" },
      { view: "image", sha256: sha256(photo), format: "jpeg" },
    ],
  );
});

test("the photos of one request are fetched side by side", async (t) => {
  const waiting: ServerResponse[] = [];
  const { post } = await open(t, (_request, response) => {
    waiting.push(response);
    // Who fetched one after the other would wait here for ever.
    if (waiting.length === 3) for (const each of waiting) each.end(photo);
  });
  const response = await post(["a", "b", "c"].map((name) => ({ url: `https://images.test/${name}` })));
  assert.equal(response.status, 200, await response.text());
});

const refusals: [string, string, RequestListener, number, string][] = [
  [
    "text instead of an image",
    "https://images.test/a",
    (_, response) => response.end("hi"),
    415,
    "unsupported_media_type",
  ],
  ["no bytes at all", "https://images.test/a", (_, response) => response.end(), 422, "url_unreachable"],
  ["a page that is not there", "https://images.test/a", (_, r) => r.writeHead(404).end(), 422, "url_unreachable"],
  ["more bytes than allowed", "https://images.test/a", (_, r) => r.end(Buffer.alloc(70_000)), 422, "url_unreachable"],
  ["a host that nobody knows", "https://nobody.test/a", sendPhoto, 422, "url_unreachable"],
  ["a host inside", "https://inside.test/a", sendPhoto, 422, "url_forbidden"],
  ["plain http", "http://images.test/a", sendPhoto, 422, "url_forbidden"],
  ["a file", "file:///etc/passwd", sendPhoto, 422, "url_forbidden"],
  ["an address of the machine itself", "https://127.2/a", sendPhoto, 422, "url_forbidden"],
];

for (const [what, url, answer, status, code] of refusals) {
  test(`${what}: ${status} ${code}, and no backend is asked`, async (t) => {
    const { post, metric, host } = await open(t, answer, (config) => void (config.image.max_bytes = 60_000));
    const calls = await metric("backend_requests_total");
    const response = await post([{ data: photo.toString("base64") }, { url }]);
    const problem = (await response.json()) as Problem;
    assert.deepEqual([response.status, problem.code], [status, code], JSON.stringify(problem));
    assert.equal(problem.retryable, code === "url_unreachable");
    if (status === 422) assert.deepEqual(problem.errors, [{ path: "images.1.url", message: problem.detail }]);
    assert.equal(await metric("backend_requests_total"), calls);
    await eventually(() => host.openSockets === 0, "no socket is left");
  });
}

test("one photo that fails ends the fetch of the others", async (t) => {
  const { post, host } = await open(t, (request, response) => {
    // The failing one answers once the other is under way.
    if (request.url === "/bad")
      void eventually(() => host.requests.length === 2, "both").then(() => response.destroy());
  });
  const response = await post([{ url: "https://images.test/bad" }, { url: "https://images.test/stalls" }]);
  assert.equal(((await response.json()) as Problem).code, "url_unreachable");
  await eventually(() => host.openSockets === 0, "no socket is left");
});

test("nothing is fetched for a request with a mistake in another image", async (t) => {
  const { post, host } = await open(t, sendPhoto);
  const response = await post([{ url: "https://images.test/a" }, { data: "no base64!" }]);
  assert.equal(((await response.json()) as Problem).code, "image_corrupt");
  assert.deepEqual(host.lookups, []);
});

test("deadline_ms bounds the fetch", async (t) => {
  const { post, host } = await open(t, () => {});
  const response = await post([{ url: "https://images.test/a" }], { deadline_ms: 200 });
  assert.deepEqual([response.status, ((await response.json()) as Problem).code], [504, "deadline_exceeded"]);
  await eventually(() => host.openSockets === 0, "no socket is left");
});

test("a caller that hangs up ends the fetch", async (t) => {
  const { post, host, metric } = await open(t, () => {});
  const caller = new AbortController();
  const posted = post([{ url: "https://images.test/a" }, { url: "https://images.test/b" }], {}, caller.signal);
  await eventually(() => host.requests.length === 2, "both requests have arrived");
  caller.abort();
  await assert.rejects(posted);
  await eventually(() => host.openSockets === 0, "no socket is left");
  await eventually(async () => (await metric("requests_in_flight")) === 0, "no request is in flight");
});

test("what was fetched counts against the bytes in flight", async (t) => {
  const { post } = await open(t, sendPhoto, (config) => void (config.admission.max_bytes_in_flight = photo.length));
  const response = await post([{ url: "https://images.test/a" }, { url: "https://images.test/b" }]);
  assert.deepEqual([response.status, ((await response.json()) as Problem).code], [503, "overloaded"]);
  assert.notEqual(response.headers.get("retry-after"), null);
});

test("no log line and no answer holds a URL's query or an address that was found", async (t) => {
  const { post, logLines } = await open(t, (_request, response) => {
    response.writeHead(302, { location: "https://inside.test/?token=secret-two" }).end();
  });
  const response = await post([{ url: "https://images.test/a?token=secret-one" }]);
  const problem = await response.text();
  assert.equal(response.status, 422);
  await eventually(() => logLines.some((line) => line["msg"] === "request"), "the request's log line");
  assert.doesNotMatch(problem + JSON.stringify(logLines), /secret|10\.1\.2\.3/);
});
