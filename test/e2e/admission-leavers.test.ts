import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { once } from "node:events";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import Fastify from "fastify";
import { admissionPlugin, problemPlugin, requestContextPlugin, uploadPlugin } from "../../src/http/index.ts";
import { seededRandom, systemClock as clock } from "../../src/kernel/index.ts";
import { createAdmission } from "../../src/limits/index.ts";
import type { AdmissionOutcome } from "../../src/limits/index.ts";
import { activeResources, assertQuiet } from "../support/quiet.ts";

const bodyBytes = 2000;

async function serve(workMs: number) {
  const outcomes = new Map<AdmissionOutcome, number>();
  const admission = createAdmission({
    clock,
    maxInFlight: 8,
    maxQueue: 40,
    maxBytesInFlight: 40 * bodyBytes,
    onOutcome: (outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1),
  });
  let working = 0;
  let mostWorking = 0;
  const app = Fastify();
  await app.register(problemPlugin);
  await app.register(requestContextPlugin, { clock, deadlineMs: () => 10_000 });
  const fetchImage = () => Promise.reject(new Error("no image is named by URL here"));
  await app.register(uploadPlugin, { maxBodyBytes: 20_000, maxImageBytes: 20_000, maxImages: 1, fetchImage });
  await app.register(admissionPlugin, { admission, clock, maxBodyBytes: 20_000 });
  app.post("/work", async (request, _reply) => {
    await request.readUpload();
    return request.runAdmitted(async () => {
      working += 1;
      mostWorking = Math.max(mostWorking, working);
      // Like the decoding of an image, it goes on when the caller has gone.
      await delay(workMs);
      working -= 1;
      return "done";
    });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return { app, port, admission, outcomes, working: () => working, mostWorking: () => mostWorking };
}

/** Sends a request, or a part of it, and leaves after a moment without waiting for the answer. */
async function sendAndLeave(port: number, random: () => number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  const isChunked = random() < 0.3;
  const body = Buffer.alloc(bodyBytes);
  const size = isChunked ? "transfer-encoding: chunked" : `content-length: ${bodyBytes}`;
  socket.write(`POST /work HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\n${size}\r\n\r\n`);
  const part = random() < 0.4 ? body.subarray(0, 500) : body;
  socket.write(isChunked ? Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part]) : part);
  if (isChunked && part.length === bodyBytes) socket.write("\r\n0\r\n\r\n");
  await delay(random() * 8);
  socket.destroy();
}

test("callers that leave at any moment leave nothing behind: no place, no byte, no socket, no timer", async () => {
  const before = activeResources();
  const { app, port, admission, outcomes, working, mostWorking } = await serve(4);
  const random = seededRandom(9);
  const cycles = 1000;
  let begun = 0;
  await Promise.all(
    Array.from({ length: 60 }, async () => {
      while (begun < cycles) {
        begun += 1;
        await sendAndLeave(port, random);
      }
    }),
  );
  await app.close();
  await assertQuiet(before, {
    inFlight: () => admission.inFlight,
    reading: () => admission.reading,
    queued: () => admission.queued.interactive + admission.queued.bulk,
    bytes: () => admission.bytes,
    working,
  });
  assert.ok(mostWorking() <= 8, "who leaves makes no room for more work than may be done at once");
  const told = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  assert.ok(told <= cycles && told > cycles / 2, `${told} outcomes of ${cycles} requests`);
  for (const outcome of ["admitted", "queued", "abandoned"] as const) assert.ok(outcomes.has(outcome), outcome);
});
