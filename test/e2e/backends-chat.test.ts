import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { BackendFailure } from "../../src/backends/index.ts";
import type { FailureKind } from "../../src/backends/index.ts";
import { chatCall, chatOptions, sample, withBackend } from "../support/backends.ts";
import { chatAnswer, isProbe } from "../support/stub-vllm.ts";
import type { StubReply } from "../support/stub-vllm.ts";

function failsAs(kind: FailureKind, facts: Partial<BackendFailure> = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof BackendFailure, String(error));
    assert.equal(error.kind, kind);
    for (const [name, value] of Object.entries(facts)) assert.equal(error[name as keyof BackendFailure], value, name);
    return true;
  };
}

/** undici leaves a socket alone for one turn of the event loop after an answer; until then it takes another. */
async function letSocketRest(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

test("a chat call is answered, timed and counted", () =>
  withBackend(async ({ stub, backend, instruments, clock }) => {
    stub.onChat = (call) => {
      clock.advance(250);
      assert.equal(backend.inFlight, 1);
      return { json: chatAnswer('{"type":"dress"}', call.json, 42) };
    };
    const reply = await backend.chat(chatCall(), chatOptions());
    assert.equal(reply.content, '{"type":"dress"}');
    assert.equal(reply.finishReason, "stop");
    assert.equal(reply.logprobs?.length, 16);
    assert.deepEqual(reply.usage, { promptTokens: 42, completionTokens: 16 });
    assert.deepEqual([reply.durationMs, reply.sends], [250, 1]);
    assert.equal(backend.inFlight, 0);
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="ok"}'), 1);
    assert.equal(await sample(instruments, 'backend_request_duration_seconds_sum{backend="b1"}'), 0.25);
    assert.equal(await sample(instruments, 'backend_in_flight{backend="b1"}'), 0);
  }));

test("the request is what vLLM expects: key, media type, guided schema, greedy, no thinking", () =>
  withBackend(
    async ({ stub, backend }) => {
      await backend.chat(chatCall(), chatOptions());
      const [call] = stub.liveCalls();
      assert.equal(call?.headers.authorization, "Bearer sesame");
      assert.equal(call.headers["content-type"], "application/json");
      const { messages, response_format: format, ...rest } = call.json ?? {};
      assert.deepEqual(rest, {
        model: "m",
        temperature: 0,
        max_completion_tokens: 64,
        logprobs: true,
        top_logprobs: 5,
        chat_template_kwargs: { enable_thinking: false },
        stream: false,
      });
      assert.equal(format?.type, "json_schema");
      assert.equal(messages?.length, 2);
    },
    { api_key: "sesame", family: "qwen3.5" },
  ));

test("every way to fail has its kind and ends with nothing in flight", () =>
  withBackend(async ({ stub, backend, instruments, clock }) => {
    const half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    const cases: [StubReply, FailureKind, Partial<BackendFailure>][] = [
      [{ status: 400, json: { error: { message: "At most 1 image(s)" } } }, "refused_request", { retryable: false }],
      [{ status: 503, headers: { "retry-after": "3" }, json: { error: "scaling" } }, "busy", { retryAfterMs: 3000 }],
      [
        { status: 500, json: { error: { message: "x", type: "InternalServerError" } } },
        "server_error",
        { status: 500 },
      ],
      [{ json: { choices: [] } }, "bad_reply", { status: 200 }],
      [{ text: "<html>hello</html>" }, "bad_reply", { status: 200 }],
      [{ json: chatAnswer("x".repeat(5_000_000), { logprobs: false }) }, "bad_reply", {}],
      [{ raw: "SSH-2.0-OpenSSH\r\n\r\n", afterwards: "reset" }, "bad_reply", {}],
      [{ raw: half, afterwards: "reset" }, "connection", { connection: "reset", sends: 1 }],
    ];
    for (const [reply, kind, facts] of cases) {
      stub.onChat = () => reply;
      await assert.rejects(backend.chat(chatCall(), chatOptions()), failsAs(kind, facts));
      assert.equal(backend.inFlight, 0);
      stub.onChat = null;
      clock.advance(3000); // It may have asked to be left alone.
      await backend.chat(chatCall(), chatOptions());
    }
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="bad_reply"}'), 4);
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="ok"}'), cases.length);
    assert.equal(backend.state, "ready");
  }));

test("a stalled call ends with its time limit and closes its socket", () =>
  withBackend(async ({ stub, backend, clock }) => {
    stub.onChat = () => "stall";
    const call = backend.chat(chatCall(), chatOptions({ attemptTimeoutMs: 1000 }));
    await stub.waitForCalls(1, (seen) => seen === stub.liveCalls()[0]);
    clock.advance(1000);
    await assert.rejects(call, failsAs("timeout", { sends: 1, retryable: true }));
    await stub.liveCalls()[0]?.abandoned;
  }));

test("a body that stalls ends with the time limit too", () =>
  withBackend(async ({ stub, backend, clock }) => {
    stub.onChat = () => ({ raw: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", afterwards: "stall" });
    const call = backend.chat(chatCall(), chatOptions({ attemptTimeoutMs: 1000 }));
    await stub.waitForCalls(1, (seen) => seen === stub.liveCalls()[0]);
    clock.advance(1000);
    await assert.rejects(call, failsAs("timeout"));
  }));

test("a caller that goes away closes the socket, so that the generation stops", () =>
  withBackend(async ({ stub, backend, instruments }) => {
    stub.onChat = () => "stall";
    const caller = new AbortController();
    const reason = new Error("the caller has gone");
    const call = backend.chat(chatCall(), chatOptions({ signal: caller.signal }));
    await stub.waitForCalls(1, (seen) => seen === stub.liveCalls()[0]);
    caller.abort(reason);
    await assert.rejects(call, failsAs("aborted", { retryable: false, cause: reason }));
    await stub.liveCalls()[0]?.abandoned;
    assert.equal(await sample(instruments, 'backend_requests_total{backend="b1",outcome="aborted"}'), 1);
    assert.equal(backend.describe().lastFailure, null);
  }));

test("a caller that is gone already costs the backend nothing", () =>
  withBackend(async ({ stub, backend }) => {
    const call = backend.chat(chatCall(), chatOptions({ signal: AbortSignal.abort() }));
    await assert.rejects(call, failsAs("aborted", { sends: 0 }));
    assert.equal(stub.liveCalls().length, 0);
  }));

test("a keep-alive socket that died is not the caller's problem: the call is sent again and counted", () =>
  withBackend(async ({ stub, backend, instruments }) => {
    await backend.chat(chatCall(), chatOptions());
    await letSocketRest();
    stub.onChat = (call) => (call.requestOnConnection > 1 ? "reset" : { json: chatAnswer('{"type":"x"}', call.json) });
    const reply = await backend.chat(chatCall(), chatOptions());
    assert.equal(reply.sends, 2);
    const [, first, second] = stub.liveCalls();
    assert.equal(first?.body, second?.body);
    assert.equal(await sample(instruments, 'retries_total{reason="dead_socket"}'), 1);
    assert.equal(backend.state, "ready");
    await stub.waitForCalls(2, isProbe); // The server may have been restarted.
  }));

test("never more calls at once than max_concurrency: the others wait, and their time limit waits with them", () =>
  withBackend(
    async ({ stub, backend, clock }) => {
      let mostAtOnce = 0;
      stub.onChat = async (call) => {
        mostAtOnce = Math.max(mostAtOnce, backend.inFlight);
        await setImmediate();
        clock.advance(1000);
        return { json: chatAnswer('{"type":"x"}', call.json) };
      };
      const options = chatOptions({ attemptTimeoutMs: 5000 });
      const calls = Array.from({ length: 10 }, () => backend.chat(chatCall(), options));
      assert.deepEqual([backend.inFlight, backend.waiting], [2, 8]);
      await Promise.all(calls); // The last begin after about 8 seconds.
      assert.equal(mostAtOnce, 2);
    },
    { max_concurrency: 2 },
  ));

test("a caller that goes away while it waits never reaches the backend", () =>
  withBackend(
    async ({ stub, backend }) => {
      stub.onChat = () => "stall";
      const [first, second] = [new AbortController(), new AbortController()];
      const running = assert.rejects(backend.chat(chatCall(), chatOptions({ signal: first.signal })));
      const waiting = backend.chat(chatCall(), chatOptions({ signal: second.signal }));
      second.abort(new Error("gone"));
      await assert.rejects(waiting, failsAs("aborted", { sends: 0 }));
      first.abort();
      await running;
      assert.ok(stub.liveCalls().length <= 1);
    },
    { max_concurrency: 1 },
  ));

test("a call that waited while its backend left the rotation is not sent", () =>
  withBackend(
    async ({ stub, backend }) => {
      stub.onChat = (call) => {
        backend.reportAnswer("free_text");
        return { json: chatAnswer('{"type":"x"}', call.json) };
      };
      stub.guided = false;
      const first = backend.chat(chatCall(), chatOptions());
      const unavailable = failsAs("unavailable", { sends: 0, retryable: true });
      const second = assert.rejects(backend.chat(chatCall(), chatOptions()), unavailable);
      await Promise.all([first, second]);
      assert.equal(stub.liveCalls().length, 1);
    },
    { max_concurrency: 1 },
  ));

test("a hundred calls of which half are aborted leave nothing behind", () =>
  withBackend(async ({ stub, backend }) => {
    stub.onChat = async (call) => {
      await setImmediate();
      return { json: chatAnswer('{"type":"x"}', call.json) };
    };
    const callers = Array.from({ length: 100 }, () => new AbortController());
    const calls = callers.map((caller) => backend.chat(chatCall(), chatOptions({ signal: caller.signal })));
    const results = Promise.allSettled(calls);
    await stub.waitForCalls(12);
    for (const [i, caller] of callers.entries()) if (i % 2 === 0) caller.abort();
    const answered = (await results).filter(({ status }) => status === "fulfilled").length;
    assert.ok(answered >= 50, String(answered));
    assert.equal(backend.inFlight, 0);
  }));

test("prompt tokens that differ from ours are counted, and warned of once", () =>
  withBackend(
    async ({ stub, backend, instruments, lines }) => {
      const { prompt } = chatCall();
      const count = (promptTokens: number) =>
        backend.checkPromptTokens({ prompt, promptTokens, images: [{ visionTokens: 300 }] });
      count(402);
      await stub.waitForCalls(1, (call) => call.path === "/tokenize");
      const [asked] = stub.callsTo("/tokenize");
      assert.doesNotMatch(asked?.body ?? "", /image/);
      // Wait until its answer has been taken in: from then on a wrong count is noticed.
      for (let tries = 0; tries < 1000 && lines.every(({ level }) => level !== "warn"); tries += 1) {
        await setImmediate();
        count(999);
      }
      count(402);
      count(999);
      const mismatches = await sample(instruments, 'backend_token_arithmetic_mismatch_total{backend="b1"}');
      assert.equal(mismatches, 2);
      assert.equal(lines.filter(({ message }) => message.includes("prompt tokens")).length, 1);
    },
    {},
    (stub) => {
      stub.tokenCount = 100;
    },
  ));

test("after an outage the text is counted anew", () =>
  withBackend(
    async ({ stub, backend }) => {
      const count = () =>
        backend.checkPromptTokens({ prompt: chatCall().prompt, promptTokens: 402, images: [{ visionTokens: 300 }] });
      const isCount = (call: { path: string }) => call.path === "/tokenize";
      count();
      await stub.waitForCalls(1, isCount);
      backend.reportAnswer("free_text");
      for (let turns = 0; turns < 5000 && backend.state !== "ready"; turns += 1) await setImmediate();
      count();
      await stub.waitForCalls(2, isCount);
    },
    {},
    (stub) => {
      stub.tokenCount = 100;
    },
  ));

test("a family whose token counts are an estimate is not held to them", () =>
  withBackend(
    async ({ stub, backend }) => {
      backend.checkPromptTokens({ prompt: chatCall().prompt, promptTokens: 1, images: [{ visionTokens: 1 }] });
      await setImmediate();
      assert.equal(stub.callsTo("/tokenize").length, 0);
    },
    { family: "generic" },
  ));
