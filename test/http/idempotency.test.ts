import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import Fastify from "fastify";
import { createIdempotency } from "../../src/cache/index.ts";
import type { Reply, TimeLeft } from "../../src/cache/index.ts";
import { idempotencyPlugin, problemPlugin, requestContextPlugin } from "../../src/http/index.ts";
import type { IdempotentContent } from "../../src/http/index.ts";
import { createManualClock } from "../support/manual-clock.ts";

interface Ask {
  key?: string | undefined;
  apiKey?: string;
  priority?: "interactive" | "bulk";
  url?: string;
  content?: Partial<IdempotentContent>;
}

const image = { sha256: "aa", view: "front" };

/** Two routes that answer by `produce`; the body of a request is its content. */
async function open(context: TestContext) {
  const clock = createManualClock();
  const app = Fastify();
  context.after(() => app.close());
  const scene = {
    clock,
    runs: 0,
    digested: 0,
    produce: async (run: number, _timeLeft: TimeLeft): Promise<Reply> => ({
      status: 200,
      headers: { "content-type": "application/json; charset=utf-8", "x-garment-backend": "b1" },
      body: JSON.stringify({ id: `gar_${run}`, name: "Größe" }),
    }),
    async ask({ key, apiKey = "shop", priority = "interactive", url = "/v1/attributes", content = {} }: Ask = {}) {
      return app.inject({
        method: "POST",
        url,
        headers: { "x-api-key": apiKey, "x-priority": priority, ...(key !== undefined && { "idempotency-key": key }) },
        payload: { images: [image], options: {}, ...content },
      });
    },
  };
  await app.register(problemPlugin);
  await app.register(requestContextPlugin, {
    clock,
    deadlineMs: (priority) => (priority === "bulk" ? 60_000 : 10_000),
  });
  await app.register(idempotencyPlugin, {
    idempotency: createIdempotency({ maxEntries: 100, maxBytes: 100_000, ttlMs: 86_400_000, clock }),
  });
  for (const url of ["/v1/attributes", "/v1/other"]) {
    app.post(url, async (request, reply) => {
      await reply.sendOnce(
        {
          apiKeyId: String(request.headers["x-api-key"]),
          content() {
            scene.digested += 1;
            return request.body as IdempotentContent;
          },
        },
        (timeLeft) => {
          scene.runs += 1;
          return scene.produce(scene.runs, timeLeft);
        },
      );
    });
  }
  return scene;
}

test("a request without a key is answered as ever, in its own time, and nothing is digested for it", async (context) => {
  const scene = await open(context);
  const succeed = scene.produce;
  scene.produce = async (run, timeLeft) => {
    assert.equal(timeLeft.remainingMs(), 10_000);
    return succeed(run, timeLeft);
  };
  const [first, second] = [await scene.ask(), await scene.ask()];
  assert.equal(first.statusCode, 200);
  assert.notEqual(first.body, second.body);
  assert.equal(first.headers["idempotency-replayed"], undefined);
  assert.equal(scene.digested, 0);
});

test("a repeated request gets the first one's bytes and headers, its own request id, and the mark of a replay", async (context) => {
  const scene = await open(context);
  const [first, second] = [await scene.ask({ key: "k" }), await scene.ask({ key: "k" })];
  assert.deepEqual(second.rawPayload, first.rawPayload);
  assert.equal(second.statusCode, 200);
  for (const header of ["content-type", "content-length", "x-garment-backend"]) {
    assert.equal(second.headers[header], first.headers[header], header);
  }
  assert.deepEqual(
    [first.headers["idempotency-replayed"], second.headers["idempotency-replayed"]],
    [undefined, "true"],
  );
  assert.notEqual(second.headers["x-request-id"], first.headers["x-request-id"]);
  assert.equal(scene.runs, 1);
});

test("a second request in flight joins the first and is answered with the same bytes", async (context) => {
  const scene = await open(context);
  const { promise, resolve } = Promise.withResolvers<Reply>();
  scene.produce = () => promise;
  const both = [scene.ask({ key: "k" }), scene.ask({ key: "k" })];
  while (scene.digested < 2) await setImmediate();
  resolve({ status: 200, headers: { "content-type": "application/json" }, body: '{"id":"gar_1"}' });
  const replies = await Promise.all(both);
  assert.equal(scene.runs, 1);
  assert.deepEqual(
    replies.map(({ body }) => body),
    ['{"id":"gar_1"}', '{"id":"gar_1"}'],
  );
  assert.equal(replies.filter(({ headers }) => headers["idempotency-replayed"] === "true").length, 1);
});

const sameRequests: Record<string, Ask> = {
  "another time limit": { content: { options: { deadline_ms: 50 } } },
  "members of the content in another order": { content: { images: [{ view: "front", sha256: "aa" }] } },
  "an option that is undefined": { content: { options: { tier: undefined } } },
};

for (const [name, ask] of Object.entries(sameRequests)) {
  test(`the same key with ${name} is the same request`, async (context) => {
    const scene = await open(context);
    const first = await scene.ask({ key: "k" });
    assert.equal((await scene.ask({ key: "k", ...ask })).body, first.body);
  });
}

const otherRequests: Record<string, Ask> = {
  "another image": { content: { images: [{ sha256: "bb", view: "front" }] } },
  "another view": { content: { images: [{ sha256: "aa", view: "back" }] } },
  "one image more": { content: { images: [image, image] } },
  "another tier": { content: { options: { tier: "fast" } } },
  "another sample_id": { content: { options: { sample_id: "7" } } },
  "other metadata": { content: { options: { metadata: { shop: 1 } } } },
  "another route": { url: "/v1/other" },
};

for (const [name, ask] of Object.entries(otherRequests)) {
  test(`the same key with ${name} is refused with 422`, async (context) => {
    const scene = await open(context);
    await scene.ask({ key: "k" });
    const refused = await scene.ask({ key: "k", ...ask });
    assert.equal(refused.statusCode, 422);
    assert.equal(refused.json<{ code: string }>().code, "idempotency_mismatch");
    assert.equal(refused.json<{ retryable: boolean }>().retryable, false);
    assert.equal(scene.runs, 1);
  });
}

test("other content is refused while the first request still runs", async (context) => {
  const scene = await open(context);
  const { promise, resolve } = Promise.withResolvers<Reply>();
  scene.produce = () => promise;
  const first = scene.ask({ key: "k" });
  while (scene.runs < 1) await setImmediate();
  const refused = await scene.ask({ key: "k", content: { options: { tier: "fast" } } });
  assert.equal(refused.json<{ code: string }>().code, "idempotency_mismatch");
  resolve({ status: 200, headers: {}, body: "ok" });
  assert.equal((await first).body, "ok");
});

test("keys of different API keys never meet", async (context) => {
  const scene = await open(context);
  await scene.ask({ key: "k", apiKey: "shop" });
  await scene.ask({ key: "k", apiKey: "museum", content: { options: { tier: "fast" } } });
  assert.equal(scene.runs, 2);
});

test("a failure is answered as a problem and not kept", async (context) => {
  const scene = await open(context);
  const succeed = scene.produce;
  scene.produce = async () => {
    throw new Error("a defect");
  };
  const failed = await scene.ask({ key: "k" });
  assert.equal(failed.statusCode, 500);
  assert.match(String(failed.headers["content-type"]), /problem\+json/);
  scene.produce = succeed;
  const second = await scene.ask({ key: "k" });
  assert.deepEqual([second.statusCode, second.headers["idempotency-replayed"]], [200, undefined]);
});

test("the first request may run out of time while one that joined it, with more time, gets the answer", async (context) => {
  const scene = await open(context);
  const { promise, resolve } = Promise.withResolvers<Reply>();
  let timeLeft: TimeLeft | undefined;
  scene.produce = (_run, given) => {
    timeLeft = given;
    return promise;
  };
  const hurried = scene.ask({ key: "k", priority: "interactive" });
  while (scene.digested < 1) await setImmediate();
  assert.equal(timeLeft?.remainingMs(), 10_000);
  const patient = scene.ask({ key: "k", priority: "bulk" });
  while (scene.digested < 2) await setImmediate();
  assert.equal(timeLeft?.remainingMs(), 60_000);
  scene.clock.advance(10_000);
  const expired = await hurried;
  assert.equal(expired.json<{ code: string }>().code, "deadline_exceeded");
  assert.equal(timeLeft?.signal.aborted, false);
  resolve({ status: 200, headers: {}, body: "ok" });
  assert.equal((await patient).body, "ok");
  assert.equal((await scene.ask({ key: "k" })).headers["idempotency-replayed"], "true");
});

const goodKeys = ["k", "~", "!", "x".repeat(255), '"8e03978e-40d5-43dd-bc93-6894a57f9324"'];
const badKeys = ["", "x".repeat(256), "a b", "a, b", "a\tb", "é", "日"];

test("a key is 1 to 255 visible ASCII characters", async (context) => {
  const scene = await open(context);
  for (const key of goodKeys) assert.equal((await scene.ask({ key })).statusCode, 200, key);
  const runs = scene.runs;
  for (const key of badKeys) {
    const refused = await scene.ask({ key });
    assert.equal(refused.statusCode, 400, key);
    assert.equal(refused.json<{ code: string }>().code, "request_invalid");
  }
  assert.equal(scene.runs, runs);
});
