import assert from "node:assert/strict";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import test from "node:test";
import type { TestContext } from "node:test";
import { activeResources, assertQuiet } from "../support/quiet.ts";
import { answerNulls, buildStubGateway } from "../support/stub-gateway.ts";

async function listen(t: TestContext, options: Parameters<typeof buildStubGateway>[0] = {}) {
  const before = activeResources();
  const stub = await buildStubGateway(options);
  await stub.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = stub.app.server.address() as AddressInfo;
  t.after(async () => {
    await stub.app.close();
    await assertQuiet(before);
  });
  async function inFlight(): Promise<number> {
    const { text } = await stub.gateway.instruments.meter.expose();
    return Number(/^garment_gateway_requests_in_flight (\d+)$/m.exec(text)?.[1]);
  }
  return { ...stub, port, inFlight };
}

/** Everything the server sends until it closes the connection or `until` is in it. */
function readAll(socket: Socket, until?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (until?.test(text)) resolve(text);
    });
    socket.on("close", () => resolve(text));
    socket.on("error", () => resolve(text));
  });
}

async function eventually(check: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`never happened: ${what}`);
}

const head = (more: string) => `POST /v1/attributes HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n${more}\r\n`;

test("garbage on the socket is answered as a problem and closed", async (t) => {
  const { port } = await listen(t);
  const socket = connect(port, "127.0.0.1");
  socket.write("\x16\x03\x01 this is no HTTP\r\n\r\n");
  const answer = await readAll(socket);
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  assert.match(answer, /"code":"request_invalid"/);
});

test("headers that are too large are answered as a problem", async (t) => {
  const { port } = await listen(t);
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: ${"x".repeat(100_000)}\r\n\r\n`);
  assert.match(await readAll(socket), /"code":"request_invalid"/);
});

test("a body without Content-Length is cut off at its limit", async (t) => {
  const { port, inFlight, garments } = await listen(t, { change: (config) => void (config.image.max_bytes = 4096) });
  const socket = connect(port, "127.0.0.1");
  socket.write(head("Transfer-Encoding: chunked\r\n"));
  const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
  for (let n = 0; n < 5; n += 1) socket.write(chunk);
  const answer = await readAll(socket, /image_too_large/);
  assert.match(answer, /^HTTP\/1\.1 413 /);
  socket.destroy();
  await eventually(async () => (await inFlight()) === 0, "in-flight 0");
  assert.equal(garments.length, 0);
});

test("a client that keeps sending after a refusal reads the answer, and is cut off in the end", async (t) => {
  const { port } = await listen(t, {
    change: (config) => {
      config.server.max_body_bytes = 4096;
      config.image.max_bytes = 4096;
    },
  });
  const socket = connect(port, "127.0.0.1");
  socket.write(head("Content-Length: 10000000\r\n"));
  const answer = readAll(socket);
  const sender = setInterval(() => socket.write(Buffer.alloc(2048)), 5);
  const text = await answer;
  clearInterval(sender);
  assert.match(text, /^HTTP\/1\.1 413 .*"code":"body_too_large"/s);
});

test("a client that stalls in the middle of an upload gets its deadline, in every form", async (t) => {
  const { port, inFlight } = await listen(t, {
    change: (config) => void (config.routing.deadline_ms = { interactive: 200, bulk: 200 }),
  });
  const forms = [
    head("Content-Length: 1000\r\n") + "abc",
    head("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n",
    "POST /v1/attributes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    'POST /v1/attributes HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\nContent-Disposition: form-data; name="front"; filename="a"\r\n\r\nabc',
    "POST /v1/attributes HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b",
  ];
  for (const form of forms) {
    const socket = connect(port, "127.0.0.1");
    socket.write(form);
    assert.match(await readAll(socket, /deadline_exceeded/), /^HTTP\/1\.1 504 .*"code":"deadline_exceeded"/s);
    socket.destroy();
  }
  await eventually(async () => (await inFlight()) === 0, "in-flight 0");
});

test("deadline_ms in the query bounds the upload too", async (t) => {
  const { port } = await listen(t);
  const socket = connect(port, "127.0.0.1");
  socket.write(head("Content-Length: 1000\r\n").replace("/v1/attributes", "/v1/attributes?deadline_ms=50"));
  assert.match(await readAll(socket, /deadline_exceeded/), /^HTTP\/1\.1 504 /);
  socket.destroy();
});

test("a client that disconnects in the middle of an upload leaves nothing behind", async (t) => {
  const { port, inFlight, garments, logLines } = await listen(t);
  for (const form of [
    head("Content-Length: 1000\r\n") + "abc",
    'POST /v1/attributes HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\nContent-Disposition: form-data; name="front"; filename="a"\r\n\r\nabc',
  ]) {
    const socket = connect(port, "127.0.0.1");
    socket.write(form);
    await eventually(async () => (await inFlight()) === 1, "the request has begun");
    socket.destroy();
    await eventually(async () => (await inFlight()) === 0, "in-flight 0");
  }
  assert.equal(garments.length, 0);
  assert.deepEqual(
    logLines.filter((line) => line["msg"] === "request").map((line) => line["status"]),
    [499, 499],
  );
  assert.equal(logLines.filter((line) => Number(line["level"]) >= 50).length, 0, "no error is logged");
});

test("a client that disconnects while it waits aborts the work for it", async (t) => {
  let aborted: unknown = null;
  const { port, inFlight } = await listen(t, {
    infer: (garment) =>
      new Promise((_, reject) => {
        garment.deadline.signal.addEventListener("abort", () => {
          aborted = garment.deadline.signal.reason;
          reject(aborted);
        });
      }),
  });
  const socket = connect(port, "127.0.0.1");
  socket.write(`${head("Content-Length: 3\r\n")}abc`);
  await eventually(async () => (await inFlight()) === 1, "the request has begun");
  socket.destroy();
  await eventually(() => aborted !== null, "the work is aborted");
  assert.equal((aborted as Error).name, "CallerGone");
  await eventually(async () => (await inFlight()) === 0, "in-flight 0");
});

test("a connection serves several requests, refused ones among them", async (t) => {
  const { port, garments } = await listen(t, { infer: answerNulls });
  const socket = connect(port, "127.0.0.1");
  const good = `${head("Content-Length: 3\r\n")}abc`;
  socket.write(good + head("Content-Length: 0\r\n") + good);
  const answers = await readAll(socket, /(HTTP\/1\.1 200 [^]*){2}/);
  assert.deepEqual(
    [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
    ["200", "400", "200"],
  );
  assert.equal(garments.length, 2);
  socket.destroy();
});
