import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { BackendFailure } from "../../src/backends/index.ts";
import type { Backend, FailureKind, ForwardCall } from "../../src/backends/index.ts";
import { chatOptions, sample, withBackend } from "../support/backends.ts";
import type { BackendScene } from "../support/backends.ts";
import { chatAnswer } from "../support/stub-vllm.ts";
import type { StubReply } from "../support/stub-vllm.ts";

function forwardCall(changes: Partial<ForwardCall> = {}): ForwardCall {
  const body = Buffer.from('{"model":"m","messages":[],"seed":7}');
  return { body, isStream: false, work: { visionTokens: 0, textTokens: 100 }, ...changes };
}

const events = ['data: {"choices":[]}\n\n', "data: [DONE]\n\n"];
const eventStream: StubReply = { headers: { "content-type": "text/event-stream" }, text: events.join("") };
const halfAStream = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 100\r\n\r\ndata: {}\n\n";

function failsAs(kind: FailureKind) {
  return (error: unknown) => error instanceof BackendFailure && error.kind === kind;
}

async function openStream(backend: Backend, options = chatOptions()): Promise<Readable> {
  const { stream } = await backend.forward(forwardCall({ isStream: true }), options);
  assert.ok(stream);
  return stream;
}

async function isIdle({ backend }: BackendScene): Promise<void> {
  for (let turns = 0; turns < 5000 && backend.inFlight > 0; turns += 1) await setImmediate();
  assert.deepEqual([backend.inFlight, backend.inFlightTokens], [0, 0]);
}

test("a forwarded body arrives byte for byte, and the answer comes back the same way", () =>
  withBackend(async (scene) => {
    const { stub, backend, instruments } = scene;
    const answer = chatAnswer("hello");
    stub.onChat = () => {
      assert.deepEqual([backend.inFlight, backend.inFlightTokens], [1, 100]);
      return { json: answer };
    };
    const { status, body, stream } = await backend.forward(forwardCall(), chatOptions());
    assert.deepEqual([status, stream, body?.toString()], [200, null, JSON.stringify(answer)]);
    assert.equal(stub.liveCalls()[0]?.body, '{"model":"m","messages":[],"seed":7}');
    await isIdle(scene);
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="ok"}'), 1);
  }));

test("a stream is in flight until it has been read to its end", () =>
  withBackend(async (scene) => {
    const { stub, backend, instruments } = scene;
    stub.onChat = () => eventStream;
    const stream = await openStream(backend);
    assert.equal(backend.inFlight, 1);
    assert.equal(await text(stream), events.join(""));
    await isIdle(scene);
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="ok"}'), 1);
  }));

test("a stream that its reader destroys is over, and counts as aborted", () =>
  withBackend(async (scene) => {
    const { stub, backend, instruments } = scene;
    stub.onChat = () => ({ raw: halfAStream, afterwards: "stall" });
    const stream = await openStream(backend);
    stream.destroy();
    stream.destroy();
    await isIdle(scene);
    await stub.liveCalls()[0]?.abandoned;
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="aborted"}'), 1);
  }));

test("a caller that leaves ends its stream and closes the socket", () =>
  withBackend(async (scene) => {
    const { stub, backend } = scene;
    stub.onChat = () => ({ raw: halfAStream, afterwards: "stall" });
    const caller = new AbortController();
    const stream = await openStream(backend, chatOptions({ signal: caller.signal }));
    stream.on("error", () => {});
    caller.abort();
    await isIdle(scene);
    await stub.liveCalls()[0]?.abandoned;
  }));

test("a stream that breaks after its headers fails for its reader and counts as a failure", () =>
  withBackend(async (scene) => {
    const { stub, backend, instruments } = scene;
    stub.onChat = () => ({ raw: halfAStream, afterwards: "reset" });
    await assert.rejects(text(await openStream(backend)));
    await isIdle(scene);
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="connection"}'), 1);
  }));

test("the time limit is for a stream's first event, not for the stream", () =>
  withBackend(async (scene) => {
    const { stub, backend, clock } = scene;
    stub.onChat = () => ({ raw: halfAStream, afterwards: "stall" });
    const stream = await openStream(backend, chatOptions({ attemptTimeoutMs: 1000 }));
    clock.advance(60_000);
    assert.equal(stream.destroyed, false);
    stream.destroy();
    await isIdle(scene);

    for (const [calls, reply] of [
      [2, "stall"],
      [3, { raw: chunkedHead, afterwards: "stall" }],
    ] as [number, StubReply][]) {
      stub.onChat = () => reply;
      const late = openStream(backend, chatOptions({ attemptTimeoutMs: 1000 }));
      await stub.waitForCalls(calls, (call) => stub.liveCalls().includes(call));
      clock.advance(1000);
      await assert.rejects(late, failsAs("timeout"));
      await isIdle(scene);
    }
  }));

test("what fails before the first byte is a failure of its kind, for whole answers and streams", () =>
  withBackend(async (scene) => {
    const { stub, backend, clock } = scene;
    const cases: [StubReply, FailureKind][] = [
      [{ status: 400, json: { error: { message: "x" } } }, "refused_request"],
      [{ status: 400, text: "x".repeat(500_000) }, "refused_request"],
      [{ status: 429, json: { error: "slow down" } }, "busy"],
      [{ status: 500, json: { error: { message: "x" } } }, "server_error"],
      [{ text: "<html>hello</html>" }, "bad_reply"],
    ];
    for (const isStream of [false, true]) {
      for (const [reply, kind] of cases) {
        stub.onChat = () => reply;
        await assert.rejects(backend.forward(forwardCall({ isStream }), chatOptions()), failsAs(kind));
        await isIdle(scene);
        clock.advance(100); // It may have to be left alone.
        stub.onChat = () => ({ json: chatAnswer("hello") });
        await backend.forward(forwardCall(), chatOptions());
      }
    }
  }));

const chunkedHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

test("a stream whose bytes are no HTTP, right behind its headers, fails as what it is", () =>
  withBackend(async (scene) => {
    const { stub, backend } = scene;
    stub.onChat = () => ({ raw: `${chunkedHead}nonsense\r\n`, afterwards: "stall" });
    await assert.rejects(openStream(backend), failsAs("bad_reply"));
    await isIdle(scene);
  }));

test("a stream that turns to nonsense in one write with its first event fails, before or for its reader", () =>
  withBackend(async (scene) => {
    const { stub, backend, instruments } = scene;
    stub.onChat = () => ({ raw: `${chunkedHead}a\r\ndata: {}\n\n\r\nnonsense\r\n`, afterwards: "stall" });
    await assert.rejects(async () => text(await openStream(backend)));
    await isIdle(scene);
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="bad_reply"}'), 1);
  }));

test("a stream that ends without an event is no answer", () =>
  withBackend(async (scene) => {
    const { stub, backend } = scene;
    stub.onChat = () => ({ headers: { "content-type": "text/event-stream" }, text: "" });
    await assert.rejects(openStream(backend), failsAs("bad_reply"));
    await isIdle(scene);
  }));

test("a stream that begins with an error fails as the status that stands in it would", () =>
  withBackend(async (scene) => {
    const { stub, backend, clock } = scene;
    const cases: [object, FailureKind][] = [
      [{ message: "Internal server error", type: "InternalServerError", param: null, code: 500 }, "server_error"],
      [{ message: "x", type: "BadRequestError", param: null, code: 400 }, "refused_request"],
      [{ message: "x", code: "strange" }, "server_error"],
      [{ message: "The request queue is full.", code: 503 }, "busy"],
    ];
    for (const [error, kind] of cases) {
      stub.onChat = () => ({
        headers: { "content-type": "text/event-stream" },
        text: `data: ${JSON.stringify({ error })}\n\ndata: [DONE]\n\n`,
      });
      await assert.rejects(openStream(backend), failsAs(kind));
      await isIdle(scene);
      clock.advance(100); // It may have to be left alone.
    }
  }));
