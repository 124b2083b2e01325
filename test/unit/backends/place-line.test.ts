import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { BackendFailure } from "../../../src/backends/failure.ts";
import { createPlaceLine } from "../../../src/backends/place-line.ts";
import type { Priority } from "../../../src/kernel/index.ts";

class Host {
  freePlaces = 0;
  take(): Host | null {
    if (this.freePlaces === 0) return null;
    this.freePlaces -= 1;
    return this;
  }
}

function setUp() {
  const line = createPlaceLine<Host, Host>();
  const served: string[] = [];
  function wish(
    name: string,
    hosts: Host[],
    priority: Priority = "interactive",
    signal = new AbortController().signal,
  ) {
    const take = () => {
      for (const host of hosts) if (host.take() !== null) return host;
      return null;
    };
    return line
      .acquire({ take, wants: (host) => hosts.includes(host), priority, signal })
      .then((host) => (served.push(name), host));
  }
  async function free(host: Host, places = 1): Promise<void> {
    host.freePlaces += places;
    line.freed(host);
    await setImmediate();
  }
  return { line, served, wish, free };
}

test("a place that is free is had at once", async () => {
  const { line, wish } = setUp();
  const host = new Host();
  host.freePlaces = 1;
  assert.equal(await wish("a", [host]), host);
  assert.deepEqual([line.waiting, host.freePlaces], [0, 0]);
});

test("one freed place wakes one waiter, in order of arrival", async () => {
  const { line, served, wish, free } = setUp();
  const host = new Host();
  for (const name of ["a", "b", "c"]) void wish(name, [host]);
  await free(host);
  assert.deepEqual([served, line.waiting], [["a"], 2]);
  await free(host, 2);
  assert.deepEqual([served, line.waiting], [["a", "b", "c"], 0]);
});

test("who cannot use the place does not hold up who can", async () => {
  const { served, wish, free, line } = setUp();
  const [busy, idle] = [new Host(), new Host()];
  void wish("only busy", [busy]);
  void wish("any", [busy, idle]);
  await free(idle);
  assert.deepEqual(served, ["any"]);
  assert.deepEqual([line.waitingFor(busy), line.waitingFor(idle)], [1, 0]);
});

test("interactive goes first, and every eighth place is bulk's", async () => {
  const { served, wish, free } = setUp();
  const host = new Host();
  for (let i = 0; i < 3; i += 1) void wish("bulk", [host], "bulk");
  for (let i = 0; i < 16; i += 1) void wish("i", [host]);
  for (let i = 0; i < 19; i += 1) await free(host);
  assert.deepEqual(
    served.flatMap((name, at) => (name === "bulk" ? [at] : [])),
    [7, 15, 18],
  );
});

test("who leaves is out of the line, and its place is another's", async () => {
  const { line, served, wish, free } = setUp();
  const host = new Host();
  const leaving = new AbortController();
  const left = assert.rejects(
    wish("left", [host], "interactive", leaving.signal),
    (error) => error instanceof BackendFailure && error.kind === "aborted" && error.sends === 0,
  );
  void wish("stays", [host]);
  leaving.abort(new Error("gone"));
  await left;
  await free(host);
  assert.deepEqual([served, line.waiting], [["stays"], 0]);
});

test("a change lets everyone look again: who has nothing to wait for any more leaves with the reason", async () => {
  const { line } = setUp();
  let isGone = false;
  const waiting = line.acquire({
    take() {
      if (isGone) throw new BackendFailure("unavailable", { sends: 0 });
      return null;
    },
    wants: () => true,
    priority: "interactive",
    signal: new AbortController().signal,
  });
  line.changed();
  assert.equal(line.waiting, 1);
  isGone = true;
  line.changed();
  await assert.rejects(waiting, { kind: "unavailable" });
  assert.equal(line.waiting, 0);
});

test("five thousand who come and leave while places come and go leave nothing behind", async () => {
  const { line, wish, free } = setUp();
  const host = new Host();
  const outcomes: Promise<boolean>[] = [];
  for (let i = 0; i < 5000; i += 1) {
    const caller = new AbortController();
    outcomes.push(
      wish("x", [host], i % 3 === 0 ? "bulk" : "interactive", caller.signal).then(
        () => true,
        () => false,
      ),
    );
    if (i % 2 === 0) caller.abort();
    if (i % 50 === 0) await free(host, 20);
  }
  await free(host, 5000);
  const served = (await Promise.all(outcomes)).filter(Boolean).length;
  assert.ok(served >= 2500);
  assert.deepEqual([host.freePlaces + served, line.waiting], [20 * 100 + 5000, 0]);
});
