import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import Fastify from "fastify";
import {
  keyedAccess,
  observePlugin,
  openApiPlugin,
  problemPlugin,
  requestContextPlugin,
} from "../../src/http/index.ts";
import { systemClock as clock } from "../../src/kernel/index.ts";
import { createKeyring, createRateLimits } from "../../src/limits/index.ts";
import { createInstruments } from "../../src/telemetry/index.ts";
import type { ScopeName } from "../../schemas/index.ts";

/** An app with a public route, two keyed ones and one for operators. */
async function openApp(t: TestContext, anonymous: readonly ScopeName[] | null = null) {
  const keys = [
    { id: "robot", key: "robot-key", scopes: ["infer"] as const, limits: { requests_per_minute: 2 } },
    { id: "operator", key: "operator-key", scopes: ["admin"] as const, limits: { requests_per_minute: 1 } },
    { id: "counted", key: "counted-key", scopes: ["infer"] as const, limits: { vision_tokens_per_minute: 500 } },
  ];
  const keyring = createKeyring({ keys, anonymous });
  const rateLimits = createRateLimits({ keys });
  const app = Fastify();
  await app.register(problemPlugin);
  await app.register(observePlugin, { instruments: createInstruments(), clock });
  await app.register(requestContextPlugin, { clock, deadlineMs: () => 10_000 });
  await app.register(openApiPlugin, { version: "0", notice: "" });
  app.get("/public", async () => "open");
  await app.register(async (scope) => {
    await scope.register(keyedAccess, { keyring, rateLimits, scope: "infer" });
    scope.get("/keyed", async (request, _reply) => ({ caller: request.caller.id }));
    scope.get("/tokens", async (_request, reply) => {
      await reply.chargeVisionTokens(300);
      return {};
    });
  });
  await app.register(async (scope) => {
    await scope.register(keyedAccess, { keyring, rateLimits, scope: "admin" });
    scope.get("/admin", async () => "yes");
  });
  t.after(async () => {
    await app.close();
    await rateLimits.close();
  });
  return (url: string, key?: string) =>
    app.inject({ url, ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }) });
}

test("a keyed route tells who calls, and refuses without a key in the contract's words", async (t) => {
  const get = await openApp(t);
  assert.deepEqual((await get("/keyed", "robot-key")).json(), { caller: "robot" });
  const refused = await get("/keyed");
  assert.equal(refused.statusCode, 401);
  assert.equal(refused.headers["www-authenticate"], "Bearer");
  assert.match(refused.headers["content-type"] as string, /^application\/problem\+json/);
  assert.equal(refused.json<{ code: string }>().code, "unauthorized");
  assert.equal((await get("/keyed", "wrong")).statusCode, 401);
});

test("a public route asks for no key, and no wrong one disturbs it", async (t) => {
  const get = await openApp(t);
  assert.equal((await get("/public")).statusCode, 200);
  assert.equal((await get("/public", "wrong")).statusCode, 200);
});

test("a key without the scope of the folder is forbidden", async (t) => {
  const get = await openApp(t);
  const refused = await get("/admin", "robot-key");
  assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [403, "forbidden"]);
  assert.equal(refused.headers["www-authenticate"], undefined);
  assert.equal((await get("/keyed", "operator-key")).statusCode, 403);
});

test("access is decided by the route, not by how its URL is written", async (t) => {
  const get = await openApp(t);
  for (const url of ["/admin?x=/public", "/admin#", "/%61dmin", "/admin?"]) {
    assert.equal((await get(url)).statusCode, 401, url);
  }
  for (const url of ["//admin", "/admin/", "/ADMIN", "/nowhere"]) {
    assert.equal((await get(url)).statusCode, 404, url);
  }
});

test("without keys the caller is anonymous and has the scopes of that", async (t) => {
  const get = await openApp(t, ["infer"]);
  assert.deepEqual((await get("/keyed")).json(), { caller: null });
  assert.equal((await get("/admin")).statusCode, 403);
  assert.equal((await get("/keyed", "wrong")).statusCode, 401);
});

test("a rate limit is told on each answer and answers 429 with Retry-After when it is used up", async (t) => {
  const get = await openApp(t);
  const first = await get("/keyed", "robot-key");
  assert.equal(first.headers["ratelimit-policy"], '"requests";q=2;w=60');
  assert.equal(first.headers["ratelimit"], '"requests";r=1;t=60');
  await get("/keyed", "robot-key");
  const refused = await get("/keyed", "robot-key");
  assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [429, "rate_limited"]);
  assert.equal(refused.headers["ratelimit"], `"requests";r=0;t=${refused.headers["retry-after"]}`);
});

test("vision tokens that an answer used are charged before it goes out", async (t) => {
  const get = await openApp(t);
  assert.match((await get("/tokens", "counted-key")).headers["ratelimit"] as string, /^"vision-tokens";r=200;/);
  assert.match((await get("/tokens", "counted-key")).headers["ratelimit"] as string, /^"vision-tokens";r=0;/);
  assert.equal((await get("/tokens", "counted-key")).statusCode, 429);
});

test("operators are not rate limited", async (t) => {
  const get = await openApp(t);
  for (let n = 0; n < 5; n += 1) assert.equal((await get("/admin", "operator-key")).statusCode, 200);
});

test("a forbidden request uses up nothing of the limit", async (t) => {
  const get = await openApp(t);
  for (let n = 0; n < 5; n += 1) await get("/admin", "robot-key");
  assert.equal((await get("/keyed", "robot-key")).headers["ratelimit"], '"requests";r=1;t=60');
});

test("the API description says which routes want a key", async (t) => {
  const get = await openApp(t);
  const { paths } = (await get("/openapi.json")).json<{ paths: Record<string, { get: { security?: unknown } }> }>();
  assert.deepEqual(paths["/keyed"]?.get.security, [{}, { key: [] }]);
  assert.equal(paths["/public"]?.get.security, undefined);
});
