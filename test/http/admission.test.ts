import assert from "node:assert/strict";
import { Readable } from "node:stream";
import test from "node:test";
import type { TestContext } from "node:test";
import Fastify from "fastify";
import { admissionPlugin, problemPlugin, requestContextPlugin, uploadPlugin } from "../../src/http/index.ts";
import { systemClock as clock } from "../../src/kernel/index.ts";
import { createAdmission } from "../../src/limits/index.ts";
import type { AdmissionOptions, AdmissionOutcome } from "../../src/limits/index.ts";

async function openApp(t: TestContext, options: Partial<AdmissionOptions> = {}) {
  const outcomes: AdmissionOutcome[] = [];
  const admission = createAdmission({
    clock,
    maxInFlight: 1,
    maxQueue: 1,
    maxBytesInFlight: 10_000,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...options,
  });
  const app = Fastify();
  const uploads: number[] = [];
  const finish = Promise.withResolvers<void>();
  await app.register(problemPlugin);
  await app.register(requestContextPlugin, { clock, deadlineMs: () => 10_000 });
  const fetchImage = () => Promise.reject(new Error("no image is named by URL here"));
  await app.register(uploadPlugin, { maxBodyBytes: 20_000, maxImageBytes: 20_000, maxImages: 1, fetchImage });
  app.get("/healthz", async () => "ok");
  await app.register(async (scope) => {
    await scope.register(admissionPlugin, { admission, clock, maxBodyBytes: 20_000 });
    scope.post("/work", async (request, _reply) => {
      const { images } = await request.readUpload();
      uploads.push(images[0]?.bytes.length ?? 0);
      const answer = await request.runAdmitted(async () => {
        await finish.promise;
        return "done";
      });
      return { answer, queuedMs: request.queuedMs };
    });
  });
  t.after(() => app.close());
  const post = (payload: Buffer | Readable, headers: Record<string, string> = {}) =>
    app.inject({ method: "POST", url: "/work", payload, headers: { "content-type": "image/png", ...headers } });
  return { app, admission, outcomes, uploads, post, finish: finish.resolve };
}

/** Waits until something is so; a request passes several turns of the event loop on its way. */
async function until(isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 1000 && !isSo(); n += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(isSo());
}

test("a request holds its place and its bytes until it is answered, the next one waits, a third is shed", async (t) => {
  const { admission, outcomes, post, finish } = await openApp(t);
  const first = post(Buffer.alloc(100));
  await until(() => admission.inFlight === 1);
  const second = post(Buffer.alloc(50));
  await until(() => admission.queued.interactive === 1);
  assert.equal(admission.bytes, 150);

  const shed = await post(Buffer.alloc(10));
  assert.deepEqual([shed.statusCode, shed.json<{ code: string }>().code], [503, "overloaded"]);
  assert.match(shed.headers["retry-after"] as string, /^[1-9]\d*$/);

  finish();
  assert.equal((await first).statusCode, 200);
  assert.equal((await second).statusCode, 200);
  assert.ok((await second).json<{ queuedMs: number }>().queuedMs > 0);
  await until(() => admission.inFlight === 0 && admission.bytes === 0 && admission.reading === 0);
  assert.deepEqual(outcomes, ["admitted", "shed_queue_full", "queued"]);
});

test("a declared body that does not fit is shed before it is read", async (t) => {
  const { uploads, outcomes, post, finish } = await openApp(t, { maxQueue: 8 });
  finish();
  const shed = await post(Buffer.alloc(10_001));
  assert.equal(shed.json<{ code: string }>().code, "overloaded");
  assert.deepEqual([uploads, outcomes], [[], ["shed_bytes"]]);
});

test("a body over the server's own limit is refused for that, and not as overload", async (t) => {
  const { admission, post } = await openApp(t);
  const refused = await post(Buffer.alloc(20_001));
  assert.equal(refused.statusCode, 413);
  await until(() => admission.reading === 0);
});

test("a body without Content-Length is counted as it comes, and shed when it is too much", async (t) => {
  const { admission, uploads, outcomes, post, finish } = await openApp(t);
  finish();
  const chunks = (count: number) => Readable.from(Array.from({ length: count }, () => Buffer.alloc(1000)));
  assert.equal((await post(chunks(10))).statusCode, 200);
  assert.deepEqual(uploads, [10_000]);
  const shed = await post(chunks(11));
  assert.deepEqual([shed.statusCode, shed.json<{ code: string }>().code], [503, "overloaded"]);
  await until(() => admission.bytes === 0 && admission.reading === 0);
  assert.deepEqual(outcomes, ["admitted", "shed_bytes"]);
});

test("a request that is refused for its own sake leaves nothing behind", async (t) => {
  const { admission, outcomes, post } = await openApp(t);
  assert.equal((await post(Buffer.alloc(10), { "x-priority": "urgent" })).statusCode, 400);
  assert.equal((await post(Buffer.alloc(0))).statusCode, 400);
  await until(() => admission.reading === 0 && admission.bytes === 0);
  assert.deepEqual(outcomes, ["abandoned"], "the first was refused before the door");
});

test("routes outside the scope are not counted", async (t) => {
  const { app, post, finish, admission } = await openApp(t, { maxQueue: 0 });
  const first = post(Buffer.alloc(10));
  await until(() => admission.inFlight === 1);
  assert.equal((await app.inject("/healthz")).statusCode, 200);
  finish();
  await first;
});
