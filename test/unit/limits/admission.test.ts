import assert from "node:assert/strict";
import test from "node:test";
import type { Priority } from "../../../src/kernel/index.ts";
import type { Ticket } from "../../../src/limits/index.ts";
import { retryAfter, settle, setUp } from "./entry.ts";

const overloaded = { code: "overloaded", status: 503, retryable: true };

test("admits at once while places are free, then lets wait, and grants in the order of arrival", async () => {
  const { admission, enter, work, outcomes } = setUp();
  const first = await work();
  const second = await work();
  const turns: string[] = [];
  const third = enter();
  const fourth = enter();
  const waits = [
    third.awaitSlot().then(() => turns.push("third")),
    fourth.awaitSlot().then(() => turns.push("fourth")),
  ];
  await settle();
  assert.deepEqual(turns, []);
  assert.deepEqual([admission.inFlight, admission.queued.interactive, admission.reading], [2, 2, 0]);

  first.release();
  second.release();
  await Promise.all(waits);
  assert.deepEqual(turns, ["third", "fourth"]);
  assert.deepEqual(outcomes, ["admitted", "admitted", "queued", "queued"]);
});

test("sheds at the door when every place in work and in the queue is taken, before any byte is held", () => {
  const { admission, enter, outcomes } = setUp({ maxInFlight: 2, maxQueue: 1 });
  for (let n = 0; n < 3; n += 1) enter({ bytes: 10 });
  assert.throws(() => enter({ bytes: 10 }), overloaded);
  assert.deepEqual(outcomes, ["shed_queue_full"]);
  assert.deepEqual([admission.reading, admission.bytes], [3, 30]);
});

test("tells how long to stay away from the speed at which places come back", async () => {
  const { clock, enter, work } = setUp({ maxInFlight: 2, maxQueue: 8 });
  for (let n = 0; n < 5; n += 1) {
    const ticket = await work();
    clock.advance(2000);
    ticket.release();
  }
  await work();
  await work();
  for (let n = 0; n < 7; n += 1) void enter().awaitSlot();
  enter({ priority: "bulk" });
  // Seven wait and one more would: eight turns at two places of two seconds each.
  assert.equal(
    retryAfter(() => enter()),
    8,
  );
});

test("never tells to stay away for less than a second or more than a minute", async () => {
  const quick = setUp({ maxInFlight: 1, maxQueue: 0 });
  await quick.work();
  assert.equal(
    retryAfter(() => quick.enter()),
    1,
  );
  quick.clock.advance(3_600_000);
  assert.equal(
    retryAfter(() => quick.enter()),
    60,
  );
});

test("sheds by declared bytes before they are read", () => {
  const { admission, enter, outcomes } = setUp({ maxBytesInFlight: 1000 });
  enter({ bytes: 800 });
  assert.throws(() => enter({ bytes: 201 }), overloaded);
  assert.deepEqual(outcomes, ["shed_bytes"]);
  assert.equal(admission.bytes, 800);
});

test("a body of unknown size is refused as soon as it has become too much, and gives everything back", () => {
  const { admission, enter, outcomes } = setUp({ maxBytesInFlight: 1000 });
  const ticket = enter({ bytes: 0 });
  ticket.addBytes(600);
  assert.equal(admission.bytes, 600);
  assert.throws(() => ticket.addBytes(600), overloaded);
  assert.deepEqual(outcomes, ["shed_bytes"]);
  assert.deepEqual([admission.bytes, admission.reading], [0, 0]);
  ticket.addBytes(600);
  assert.equal(admission.bytes, 0, "chunks that still arrive count nothing");
});

test("a body that is larger than the part of its priority comes in while it is alone", () => {
  const { enter } = setUp({ maxBytesInFlight: 1000 });
  const large = enter({ bytes: 900, priority: "bulk" });
  large.release();
  enter({ bytes: 100, priority: "bulk" });
  assert.throws(() => enter({ bytes: 500, priority: "bulk" }), overloaded);
});

test("a flood of bulk leaves places and bytes for interactive, and the other way round", () => {
  for (const [flood, other] of [
    ["bulk", "interactive"],
    ["interactive", "bulk"],
  ] as [Priority, Priority][]) {
    const byCount = setUp({ maxInFlight: 2, maxQueue: 8 });
    while (canEnter(() => byCount.enter({ priority: flood }))) continue;
    assert.ok(
      canEnter(() => byCount.enter({ priority: other })),
      `${other} by count`,
    );
    const byBytes = setUp({ maxInFlight: 100, maxBytesInFlight: 10_000 });
    while (canEnter(() => byBytes.enter({ priority: flood, bytes: 500 }))) continue;
    assert.ok(
      canEnter(() => byBytes.enter({ priority: other, bytes: 500 })),
      `${other} by bytes`,
    );
  }
});

function canEnter(enter: () => Ticket): boolean {
  try {
    enter();
    return true;
  } catch {
    return false;
  }
}

test("interactive goes before bulk, and every eighth turn is bulk's", async () => {
  const { enter, work } = setUp({ maxInFlight: 1, maxQueue: 100 });
  const turns: string[] = [];
  let holder = await work();
  const waits = ["bulk", "bulk", ...Array.from({ length: 20 }, () => "interactive")].map((priority) => {
    const ticket = enter({ priority: priority as Priority });
    return ticket.awaitSlot().then(() => {
      turns.push(priority);
      holder = ticket;
    });
  });
  for (let n = 0; n < waits.length; n += 1) {
    holder.release();
    await settle();
  }
  await Promise.all(waits);
  const bulkTurns = turns.flatMap((priority, at) => (priority === "bulk" ? [at] : []));
  assert.deepEqual(bulkTurns, [7, 15]);
});

test("refuses at once what its deadline leaves no time for", async () => {
  const { clock, enter, work, outcomes } = setUp({ maxInFlight: 1 });
  const done = await work();
  clock.advance(1000);
  done.release();
  await work();
  // One second for the place to come back, one for the work.
  await assert.rejects(enter({ deadlineMs: 1999 }).awaitSlot(), overloaded);
  void enter({ deadlineMs: 2000 }).awaitSlot();
  await assert.rejects(enter({ deadlineMs: 2999 }).awaitSlot(), overloaded);
  assert.deepEqual(outcomes.slice(2), ["shed_deadline", "shed_deadline"]);
});

test("refuses nobody for a deadline while it has seen nothing yet", async () => {
  const { admission, enter, work } = setUp({ maxInFlight: 1 });
  await work();
  void enter({ deadlineMs: 1 }).awaitSlot();
  assert.equal(admission.queued.interactive, 1);
});

test("does not hold a slow past against a request that finds a free place", async () => {
  const { clock, enter, work } = setUp({ maxInFlight: 1 });
  const slow = await work();
  clock.advance(60_000);
  slow.release();
  await enter({ deadlineMs: 100 }).awaitSlot();
});

test("notices a standstill although everything was quick before", async () => {
  const { clock, enter, work } = setUp({ maxInFlight: 1 });
  const quick = await work();
  clock.advance(10);
  quick.release();
  await work();
  clock.advance(5000);
  await assert.rejects(enter({ deadlineMs: 4000 }).awaitSlot(), overloaded);
});

test("refuses what would wait too long behind its places, at the backends", async () => {
  let waitMs = 5000;
  const { enter } = setUp({ estimateWaitMs: () => waitMs });
  await assert.rejects(enter({ deadlineMs: 4000 }).awaitSlot(), { ...overloaded, retryAfterSeconds: 5 });
  waitMs = Number.NaN;
  await enter({ deadlineMs: 4000 }).awaitSlot();
});

test("a turn that comes too late goes to the next who can still use it", async () => {
  const { clock, enter, work, outcomes } = setUp({ maxInFlight: 1 });
  const quick = await work();
  clock.advance(100);
  quick.release();
  const holder = await work();
  const late = enter({ deadlineMs: 250 }).awaitSlot();
  const patient = enter().awaitSlot();
  clock.advance(200);
  holder.release();
  await assert.rejects(late, overloaded);
  await patient;
  assert.deepEqual(outcomes, ["admitted", "admitted", "shed_deadline", "queued"]);
});

test("work whose caller has gone leaves the queue at once and is never given a place", async () => {
  const { admission, enter, work, outcomes } = setUp({ maxInFlight: 1 });
  const holder = await work();
  const gone = enter();
  const wait = gone.awaitSlot();
  gone.deadline.abort(new Error("the caller left"));
  assert.deepEqual([admission.queued.interactive, admission.bytes], [0, 100]);
  await assert.rejects(wait, /the caller left/);
  holder.release();
  assert.deepEqual([admission.inFlight, admission.bytes, admission.reading], [0, 0, 0]);
  assert.deepEqual(outcomes, ["admitted", "abandoned"]);
});

test("a caller that is gone already is not let in", () => {
  const { admission, outcomes } = setUp();
  const deadline = { signal: AbortSignal.abort(new Error("the caller left")), remainingMs: () => 0 };
  assert.throws(() => admission.enter({ bytes: 1, priority: "bulk", deadline }), /the caller left/);
  assert.deepEqual([outcomes, admission.reading], [["abandoned"], 0]);
});

test("a caller that goes while its body is read gets no place", async () => {
  const { admission, enter, outcomes } = setUp();
  const gone = enter();
  gone.deadline.abort(new Error("the caller left"));
  await assert.rejects(gone.awaitSlot(), /the caller left/);
  gone.release();
  assert.deepEqual([outcomes, admission.reading, admission.bytes], [["abandoned"], 0, 0]);
});

test("releasing twice gives one place back", async () => {
  const { admission, work } = setUp({ maxInFlight: 2 });
  const first = await work();
  await work();
  first.release();
  first.release();
  assert.equal(admission.inFlight, 1);
});

test("a ticket that is released while it waits does not leave its owner waiting for ever", async () => {
  const { enter, work, outcomes } = setUp({ maxInFlight: 1 });
  await work();
  const ticket = enter();
  const wait = ticket.awaitSlot();
  ticket.release();
  await assert.rejects(wait, /released/);
  assert.deepEqual(outcomes, ["admitted", "abandoned"]);
});

test("higher limits let the queue go on, lower ones throw nobody out", async () => {
  const { admission, enter, work } = setUp({ maxInFlight: 1 });
  const holder = await work();
  const waits = [enter(), enter()].map((ticket) => ticket.awaitSlot());
  admission.setLimits({ maxInFlight: 3 });
  await Promise.all(waits);
  admission.setLimits({ maxInFlight: 1 });
  assert.equal(admission.inFlight, 3);
  void enter().awaitSlot();
  holder.release();
  assert.deepEqual([admission.inFlight, admission.queued.interactive], [2, 1]);
});

test("pressure is the fuller of requests and bytes, and 1 when requests are shed", () => {
  const { admission, enter } = setUp({ maxInFlight: 2, maxQueue: 2, maxBytesInFlight: 1000 });
  assert.equal(admission.pressure(), 0);
  enter({ bytes: 0 });
  assert.equal(admission.pressure(), 0.25);
  enter({ bytes: 400 });
  enter({ bytes: 400 });
  assert.equal(admission.pressure(), 0.8);
  enter({ bytes: 0 });
  assert.equal(admission.pressure(), 1);
  assert.throws(() => enter({ bytes: 0 }), overloaded);
});
