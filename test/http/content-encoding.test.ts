import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import type { Problem } from "../../schemas/index.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

const routes = [
  ["POST", "/v1/labels", "application/x-ndjson"],
  ["POST", "/v1/labels", "application/json"],
  ["POST", "/v1/score", "application/json"],
  ["POST", "/v1/reward", "application/json"],
  ["POST", "/v1/attributes", "application/json"],
  ["POST", "/v1/attributes", "image/jpeg"],
  ["POST", "/v1/chat/completions", "application/json"],
  ["PATCH", "/admin/shadow", "application/json"],
] as const;

for (const [method, url, type] of routes) {
  test(`a compressed body is refused in words: ${method} ${url} with ${type}`, async (t) => {
    const { app } = await buildStubGateway({});
    t.after(() => app.close());
    const send = (encoding: string) =>
      app.inject({
        method,
        url,
        headers: { "content-type": type, "content-encoding": encoding },
        payload: gzipSync("{}"),
      });
    for (const encoding of ["gzip", "identity, br", "Deflate", "zstd"]) {
      const answer = await send(encoding);
      assert.equal(answer.statusCode, 415, encoding);
      assert.match(answer.body, /unsupported_media_type/);
      assert.match(answer.body, /Send the body uncompressed/);
    }
    for (const encoding of ["identity", ""]) assert.doesNotMatch((await send(encoding)).body, /uncompressed/);
  });
}

test("whoever may not call is told so first", async (t) => {
  const { app } = await buildStubGateway({
    change: (config) => {
      config.auth.keys = [{ id: "labeller", key: "l", scopes: ["label"] }];
    },
  });
  t.after(() => app.close());
  const headers = {
    "content-type": "application/x-ndjson",
    "content-encoding": "gzip",
    authorization: "Bearer nobody's",
  };
  const answer = await app.inject({ method: "POST", url: "/v1/labels", headers, payload: gzipSync("{}") });
  assert.equal(answer.json<Problem>().code, "unauthorized");
});

test("a request without a body may say what it likes", async (t) => {
  const { app } = await buildStubGateway({});
  t.after(() => app.close());
  const answer = await app.inject({ url: "/v1/models", headers: { "content-encoding": "gzip" } });
  assert.equal(answer.statusCode, 200);
});
