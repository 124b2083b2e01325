import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { NetError, openPool } from "../../../src/net/index.ts";
import type { HttpPool, NetErrorKind, PoolOptions } from "../../../src/net/index.ts";
import { activeResources, assertQuiet } from "../../support/quiet.ts";
import { openStub } from "../../support/stub-vllm.ts";
import type { StubVllm } from "../../support/stub-vllm.ts";

interface Scene {
  stub: StubVllm;
  pool: HttpPool;
  resends: () => number;
}

/** Runs `play` with a stub and a pool to it, closes both, and insists that nothing is left. */
async function withPool(play: (scene: Scene) => Promise<void>, options: Partial<PoolOptions> = {}): Promise<void> {
  const before = activeResources();
  const stub = await openStub();
  let resends = 0;
  const pool = openPool({
    origin: stub.url,
    connections: 4,
    keepAliveTimeoutMs: 3000,
    connectTimeoutMs: 1000,
    onResend: () => (resends += 1),
    ...options,
  });
  try {
    await play({ stub, pool, resends: () => resends });
    await assertQuiet(activeResources(), { running: () => pool.stats().running });
  } finally {
    await pool.destroy();
    await stub.stop();
  }
  await assertQuiet(before, { openSockets: () => stub.openSockets, poolSockets: () => pool.stats().open });
}

/** undici leaves a socket alone for one turn of the event loop after an answer; until then it takes another. */
async function letSocketRest(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

const get = { method: "GET", path: "/x", maxBodyBytes: 1000 } as const;
const post = { method: "POST", path: "/x", body: "hello", maxBodyBytes: 1000 } as const;

function failsAs(kind: NetErrorKind, isBeforeResponse: boolean, isResent = false) {
  return (error: unknown) => {
    assert.ok(error instanceof NetError, String(error));
    assert.deepEqual(
      { kind: error.kind, isBeforeResponse: error.progress.isBeforeResponse, isResent: error.progress.isResent },
      { kind, isBeforeResponse, isResent },
    );
    return true;
  };
}

test("a request carries its body with its length and brings back status, headers and bytes", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = (call) => ({ status: 418, headers: { "x-a": "b" }, text: `${call.method} ${call.body}` });
    const body = Buffer.from("grüß dich");
    const response = await pool.request({ ...post, headers: { "content-type": "text/plain" }, body });
    assert.equal(response.status, 418);
    assert.equal(response.headers["x-a"], "b");
    assert.equal(response.body.toString(), "POST grüß dich");
    assert.equal(stub.calls[0]?.headers["content-length"], String(body.length));
    assert.equal(stub.calls[0]?.headers["transfer-encoding"], undefined);
  }));

test("requests one after the other share a socket", () =>
  withPool(async ({ stub, pool }) => {
    await pool.request(get);
    await letSocketRest();
    await pool.request(get);
    assert.deepEqual(
      stub.calls.map((call) => [call.connection, call.requestOnConnection]),
      [
        [1, 1],
        [1, 2],
      ],
    );
  }));

test("never more sockets than connections: the others wait", () =>
  withPool(
    async ({ stub, pool }) => {
      await Promise.all(Array.from({ length: 10 }, () => pool.request(get)));
      assert.equal(new Set(stub.calls.map((call) => call.connection)).size, 2);
    },
    { connections: 2 },
  ));

test("a closed port is refused", () =>
  withPool(async ({ stub, pool }) => {
    await stub.stop();
    await assert.rejects(pool.request(get), failsAs("refused", true));
    await stub.start();
  }));

test("a host that does not exist is refused", () =>
  withPool(async ({ pool }) => assert.rejects(pool.request(get), failsAs("refused", true)), {
    origin: "http://no-such-host.invalid",
  }));

test("a reset of a fresh socket is a failure and is not sent again", () =>
  withPool(async ({ stub, pool, resends }) => {
    stub.onAny = () => "reset";
    await assert.rejects(pool.request(post), failsAs("reset", true));
    assert.equal(stub.calls.length, 1);
    assert.equal(resends(), 0);
  }));

test("a POST whose reused socket is reset before the first byte is sent once more, with its whole body", () =>
  withPool(async ({ stub, pool, resends }) => {
    stub.onAny = (call) => (call.requestOnConnection === 2 ? "reset" : { text: call.body });
    await pool.request(post);
    await letSocketRest();
    const response = await pool.request({ ...post, body: "second" });
    assert.equal(response.body.toString(), "second");
    assert.equal(response.isResent, true);
    assert.equal(resends(), 1);
    assert.deepEqual(
      stub.calls.map((call) => call.body),
      ["hello", "second", "second"],
    );
  }));

test("the second sending fails like any other", () =>
  withPool(async ({ stub, pool, resends }) => {
    stub.onAny = () => (stub.calls.length === 1 ? { text: "" } : "reset");
    await pool.request(post);
    await letSocketRest();
    await assert.rejects(pool.request(post), failsAs("reset", true, true));
    assert.equal(stub.calls.length, 3);
    assert.equal(resends(), 1);
  }));

test("a reset inside the answer of a reused socket is not sent again", () =>
  withPool(async ({ stub, pool, resends }) => {
    stub.onAny = () =>
      stub.calls.length === 1
        ? { text: "" }
        : { raw: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it", afterwards: "reset" };
    await pool.request(post);
    await letSocketRest();
    await assert.rejects(pool.request(post), failsAs("reset", false));
    assert.equal(stub.calls.length, 2);
    assert.equal(resends(), 0);
  }));

test("a reset inside the status line counts as bytes seen", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ raw: "HTTP/1.1 20", afterwards: "reset" });
    await assert.rejects(pool.request(post), failsAs("reset", false));
  }));

test("an answer that is not HTTP is a protocol failure", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ raw: "SSH-2.0-OpenSSH\r\n\r\n", afterwards: "reset" });
    await assert.rejects(pool.request(get), (error) => error instanceof NetError && error.kind === "protocol");
  }));

test("no headers in time is a timeout", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => "stall";
    await assert.rejects(pool.request({ ...get, headersTimeoutMs: 50 }), failsAs("timeout", true));
    await stub.calls[0]?.abandoned;
  }));

test("a body that stops is a timeout", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ raw: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", afterwards: "stall" });
    await assert.rejects(pool.request({ ...get, bodyTimeoutMs: 50 }), failsAs("timeout", false));
  }));

test("aborting a request closes its socket, which the server sees", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => "stall";
    const controller = new AbortController();
    const request = pool.request({ ...post, signal: controller.signal });
    await stub.waitForCalls(1);
    controller.abort(new Error("gone"));
    await assert.rejects(
      request,
      (error) => failsAs("aborted", true)(error) && (error as Error).cause instanceof Error,
    );
    await stub.calls[0]?.abandoned;
  }));

test("an aborted request is not sent again, even when its socket dies with it", () =>
  withPool(async ({ stub, pool, resends }) => {
    await pool.request(post);
    await letSocketRest();
    stub.onAny = () => "stall";
    const controller = new AbortController();
    const request = pool.request({ ...post, signal: controller.signal });
    await stub.waitForCalls(2);
    controller.abort();
    await assert.rejects(request, failsAs("aborted", true));
    assert.equal(resends(), 0);
    assert.equal(stub.calls.length, 2);
  }));

test("a signal that outlives its requests keeps no trace of them", () =>
  withPool(async ({ stub, pool }) => {
    const { signal } = new AbortController();
    await pool.request({ ...post, signal });
    await (await pool.stream({ ...post, signal })).body.toArray();
    stub.onAny = () => "reset";
    await assert.rejects(pool.request({ ...post, signal }));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  }));

test("a request that is aborted beforehand never reaches the server", () =>
  withPool(async ({ stub, pool }) => {
    await assert.rejects(pool.request({ ...post, signal: AbortSignal.abort() }), failsAs("aborted", true));
    assert.equal(stub.calls.length, 0);
  }));

test("a request that is aborted while it waits for a socket ends at once and is never sent", () =>
  withPool(
    async ({ stub, pool }) => {
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => (release = resolve));
      stub.onAny = async () => {
        await gate;
        return { text: "" };
      };
      const first = pool.request(get);
      await stub.waitForCalls(1);
      const controller = new AbortController();
      const second = pool.request({ ...post, signal: controller.signal });
      controller.abort();
      await assert.rejects(second, (error) => failsAs("aborted", true)(error) && !(error as NetError).progress.isSent);
      release();
      await first;
      await pool.request(get);
      assert.deepEqual(
        stub.calls.map((call) => call.method),
        ["GET", "GET"],
      );
    },
    { connections: 1 },
  ));

test("an answer that announces too many bytes is cut off", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ text: "x".repeat(1001) });
    await assert.rejects(pool.request(get), failsAs("too_large", false));
  }));

test("an answer that grows too large without announcing it is cut off", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ headers: { "transfer-encoding": "chunked" }, text: "x".repeat(1001) });
    await assert.rejects(pool.request(get), failsAs("too_large", false));
  }));

test("a streamed answer gives its head first and its body piece by piece", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ text: "a".repeat(1000) });
    const { status, body } = await pool.stream(get);
    assert.equal(status, 200);
    let length = 0;
    for await (const chunk of body) length += (chunk as Buffer).length;
    assert.equal(length, 1000);
  }));

test("destroying a streamed body closes the socket", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ raw: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", afterwards: "stall" });
    const { body } = await pool.stream(get);
    body.destroy();
    await stub.calls[0]?.abandoned;
  }));

test("a streamed body that breaks fails as reset, one that is aborted as aborted", () =>
  withPool(async ({ stub, pool }) => {
    stub.onAny = () => ({ raw: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", afterwards: "reset" });
    const broken = await pool.stream(get);
    await assert.rejects(broken.body.toArray(), failsAs("reset", false));
    stub.onAny = () => ({ raw: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", afterwards: "stall" });
    const controller = new AbortController();
    const aborted = await pool.stream({ ...get, signal: controller.signal });
    const reading = aborted.body.toArray();
    controller.abort();
    await assert.rejects(reading, failsAs("aborted", false));
  }));

test("a slow reader pauses the server and loses nothing", () =>
  withPool(async ({ stub, pool }) => {
    const size = 4_000_000;
    stub.onAny = () => ({ text: "z".repeat(size) });
    const { body } = await pool.stream({ ...get, maxBodyBytes: size });
    let length = 0;
    let mostHeld = 0;
    for await (const chunk of body) {
      length += (chunk as Buffer).length;
      for (let turns = 0; turns < 10; turns += 1) await setImmediate();
      mostHeld = Math.max(mostHeld, body.readableLength);
    }
    assert.equal(length, size);
    assert.ok(mostHeld < 300_000, String(mostHeld));
  }));

test("a connection that is not made in time is refused", async () => {
  const before = activeResources();
  // It accepts TCP and never answers the TLS handshake.
  const silent = createServer((socket) => socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const pool = openPool({
    origin: `https://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    connections: 1,
    keepAliveTimeoutMs: 3000,
    connectTimeoutMs: 50,
  });
  await assert.rejects(pool.request(get), failsAs("refused", true));
  await pool.destroy();
  silent.close();
  await assertQuiet(before);
});

test("an idle socket that the server closed is replaced without a failure", () =>
  withPool(async ({ stub, pool }) => {
    await pool.request(get);
    await stub.stop();
    await stub.start();
    assert.equal((await pool.request(get)).status, 404);
  }));

test("destroying the pool ends what is under way as aborted", async () => {
  const before = activeResources();
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const pool = openPool({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 1,
    keepAliveTimeoutMs: 3000,
    connectTimeoutMs: 1000,
  });
  const running = assert.rejects(pool.request(get), failsAs("aborted", true));
  const waiting = assert.rejects(pool.request(get), failsAs("aborted", true));
  await new Promise((resolve) => server.once("connection", resolve));
  await pool.destroy();
  await Promise.all([running, waiting]);
  server.close();
  await assertQuiet(before);
});
