import assert from "node:assert/strict";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import test from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import Fastify from "fastify";
import { answerBrokenRequest, arrivalPlugin, problemPlugin } from "../../src/http/index.ts";
import { systemClock } from "../../src/kernel/index.ts";
import { activeResources, assertQuiet } from "../support/quiet.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

/** Two routes that take bodies: one as a whole, one as a stream; it waits `pauseMs` before each piece but the first. */
async function listen(t: TestContext, { maxMs = 300, idleMs = 300, pauseMs = 0 } = {}) {
  const before = activeResources();
  const app = Fastify({ clientErrorHandler: answerBrokenRequest(systemClock) });
  const broken: unknown[] = [];
  await app.register(problemPlugin);
  await app.register(arrivalPlugin, { clock: systemClock, maxMs, idleMs, minBytes: 10 });
  app.addContentTypeParser("*", async () => null);
  app.post("/whole", async (request) => {
    for await (const piece of request.raw) void piece;
    return { done: true };
  });
  app.post("/stream", async (request) => {
    let bytes = 0;
    try {
      for await (const piece of request.streamBody()) {
        bytes += piece.length;
        await delay(pauseMs);
      }
    } catch (error) {
      broken.push(error);
      throw error;
    }
    return { bytes };
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const sockets: Socket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await app.close();
    await assertQuiet(before);
  });
  /** A request whose chunked body is written by `send`. */
  function begin(path: string) {
    const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
    sockets.push(socket);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.on("error", () => {});
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    return {
      socket,
      closed,
      text: () => text,
      send: (body: string) => void socket.write(`${body.length.toString(16)}\r\n${body}\r\n`),
      end: () => void socket.write("0\r\n\r\n"),
      async answer(pattern: RegExp): Promise<string> {
        for (let tries = 0; tries < 1000 && !pattern.test(text); tries += 1) await delay(5);
        assert.match(text, pattern);
        return text;
      },
    };
  }
  return { begin, broken };
}

test("a body that is still coming when its time is up is cut off, however steadily it comes", async (t) => {
  const { begin } = await listen(t);
  const request = begin("/whole");
  const sender = setInterval(() => request.send("x".repeat(20)), 20);
  await request.closed;
  clearInterval(sender);
  assert.match(request.text(), /^HTTP\/1\.1 504 .*"code":"deadline_exceeded"/s);
});

test("a streamed body may take longer than any other, as long as it keeps coming", async (t) => {
  const { begin } = await listen(t, { maxMs: 100, idleMs: 5000 });
  const request = begin("/stream");
  for (let n = 0; n < 20; n += 1) {
    request.send("x".repeat(20));
    await delay(20);
  }
  request.end();
  await request.answer(/\{"bytes":400\}/);
});

test("a streamed body that stops coming is refused", async (t) => {
  const { begin } = await listen(t);
  const request = begin("/stream");
  request.send("x".repeat(20));
  await request.answer(/^HTTP\/1\.1 504 .*stopped coming.*"code":"deadline_exceeded"/s);
});

test("a streamed body that comes drop by drop is refused, and its sender is cut off in the end", async (t) => {
  const { begin } = await listen(t);
  const request = begin("/stream");
  // Three drops in the time in which ten bytes have to come.
  const sender = setInterval(() => request.send("x"), 100);
  await request.answer(/^HTTP\/1\.1 504 /);
  await request.closed;
  clearInterval(sender);
});

test("the time in which the server does not take a piece is not the sender's", async (t) => {
  const { begin } = await listen(t, { maxMs: 50, idleMs: 250, pauseMs: 300 });
  const request = begin("/stream");
  for (let n = 0; n < 3; n += 1) {
    request.send("abc");
    await delay(50);
  }
  request.end();
  await request.answer(/\{"bytes":9\}/);
});

test("a sender that goes away ends the stream with an error", async (t) => {
  const { begin, broken } = await listen(t, { idleMs: 60_000 });
  const request = begin("/stream");
  request.send("x".repeat(20));
  await delay(50);
  request.socket.destroy();
  for (let tries = 0; tries < 400 && broken.length === 0; tries += 1) await delay(5);
  assert.match(String(broken[0]), /closed before the body was complete/);
});

test("the gateway's own server leaves bodies to this limit and bounds headers itself", async (t) => {
  const { app } = await buildStubGateway();
  t.after(() => app.close());
  assert.equal(app.server.requestTimeout, 0);
  assert.ok(app.server.headersTimeout > 0 && app.server.headersTimeout <= 60_000);
});
