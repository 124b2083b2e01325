import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { createSingleFlight } from "../../../src/cache/index.ts";
import { createCaller, createJob, stateOf } from "./callers.ts";

test("callers with one key share one piece of work", async () => {
  const flights = createSingleFlight<string>();
  const job = createJob<string>();
  const joined = [1, 2, 3].map(() => flights.join("k", createCaller(), job.work));
  job.succeed("done");
  assert.deepEqual(await Promise.all(joined), [
    { value: "done", role: "leader" },
    { value: "done", role: "follower" },
    { value: "done", role: "follower" },
  ]);
  assert.equal(job.runs.length, 1);
  assert.equal(flights.inFlight, 0);
});

test("callers with different keys do not share", async () => {
  const flights = createSingleFlight<string>();
  const both = await Promise.all(
    ["a", "b"].map((key) => flights.join(key, createCaller(), async () => `value of ${key}`)),
  );
  assert.deepEqual(
    both.map(({ value, role }) => [value, role]),
    [
      ["value of a", "leader"],
      ["value of b", "leader"],
    ],
  );
});

test("who comes after the end starts anew", async () => {
  const flights = createSingleFlight<number>();
  let runs = 0;
  const work = async () => (runs += 1);
  const first = await flights.join("k", createCaller(), work);
  const second = await flights.join("k", createCaller(), work);
  assert.deepEqual([first.value, second.value], [1, 2]);
  assert.equal(second.role, "leader");
});

test("a caller that leaves rejects at once with its own reason and disturbs nobody", async () => {
  const flights = createSingleFlight<string>();
  const job = createJob<string>();
  const [stays, leaves] = [createCaller(), createCaller()];
  const kept = flights.join("k", stays, job.work);
  const left = flights.join("k", leaves, job.work);
  const reason = new Error("my own deadline");
  leaves.leave(reason);
  await assert.rejects(left, reason);
  assert.equal(job.runs[0]?.signal.aborted, false);
  job.succeed("done");
  assert.equal((await kept).value, "done");
});

test("the leader may leave: the work goes on for those who stay", async () => {
  const flights = createSingleFlight<string>();
  const job = createJob<string>();
  const leader = createCaller();
  const led = flights.join("k", leader, job.work);
  const followed = flights.join("k", createCaller(), job.work);
  leader.leave();
  await assert.rejects(led, /left/);
  assert.equal(job.runs[0]?.signal.aborted, false);
  assert.equal(flights.inFlight, 1);
  job.succeed("done");
  assert.deepEqual(await followed, { value: "done", role: "follower" });
});

test("the work aborts when the last caller leaves, with that caller's reason", async () => {
  const flights = createSingleFlight<string>();
  const job = createJob<string>();
  const [first, last] = [createCaller(), createCaller()];
  const both = [flights.join("k", first, job.work), flights.join("k", last, job.work)];
  first.leave();
  assert.equal(job.runs[0]?.signal.aborted, false);
  const reason = new Error("the last one");
  last.leave(reason);
  assert.equal(job.runs[0]?.signal.reason, reason);
  assert.equal(flights.inFlight, 0);
  await Promise.allSettled(both);
});

test("who comes while abandoned work winds down starts anew, and the old end does not touch the new work", async () => {
  const flights = createSingleFlight<string>();
  const [old, fresh] = [createJob<string>(), createJob<string>()];
  const gone = createCaller();
  const abandoned = flights.join("k", gone, old.work);
  gone.leave();
  await assert.rejects(abandoned);
  const current = flights.join("k", createCaller(), fresh.work);
  old.succeed("old");
  assert.equal(await stateOf(current), "pending");
  assert.equal(flights.inFlight, 1);
  fresh.succeed("fresh");
  assert.equal((await current).value, "fresh");
});

test("a failure reaches all who wait, and is forgotten", async () => {
  const flights = createSingleFlight<string>();
  const job = createJob<string>();
  const joined = [1, 2, 3].map(() => flights.join("k", createCaller(), job.work));
  const failure = new Error("backend failed");
  job.fail(failure);
  for (const each of joined) await assert.rejects(each, failure);
  assert.equal(flights.inFlight, 0);
  assert.equal((await flights.join("k", createCaller(), async () => "again")).value, "again");
});

test("work that throws before its first step is a failure like any other", async () => {
  const flights = createSingleFlight<string>();
  const failure = new Error("at once");
  await assert.rejects(
    flights.join("k", createCaller(), () => {
      throw failure;
    }),
    failure,
  );
  assert.equal(flights.inFlight, 0);
});

test("a caller that has gone already neither starts nor joins", async () => {
  const flights = createSingleFlight<string>();
  const job = createJob<string>();
  const gone = createCaller();
  gone.leave();
  await assert.rejects(flights.join("k", gone, job.work), /left/);
  assert.equal(job.runs.length, 0);
  assert.equal(flights.inFlight, 0);
});

test("the work's time left is the most that anybody who waits has left", async () => {
  const flights = createSingleFlight<string>();
  const job = createJob<string>();
  const [hurried, patient] = [createCaller(200), createCaller(9000)];
  const first = flights.join("k", hurried, job.work);
  assert.equal(job.runs[0]?.remainingMs(), 200);
  const second = flights.join("k", patient, job.work);
  assert.equal(job.runs[0]?.remainingMs(), 9000);
  patient.leave();
  assert.equal(job.runs[0]?.remainingMs(), 200);
  hurried.leave();
  assert.equal(job.runs[0]?.remainingMs(), 0);
  await Promise.allSettled([first, second]);
});

test("the work can ask for the time left before its first step", async () => {
  const flights = createSingleFlight<number>();
  const { value } = await flights.join("k", createCaller(70), async (timeLeft) => timeLeft.remainingMs());
  assert.equal(value, 70);
});

test("no listener stays on a caller's signal, however the work ends", async () => {
  const flights = createSingleFlight<string>();
  const callers = [createCaller(), createCaller(), createCaller()];
  const good = createJob<string>();
  const bad = createJob<string>();
  const all = [
    flights.join("good", callers[0]!, good.work),
    flights.join("bad", callers[1]!, bad.work),
    flights.join("good", callers[2]!, good.work),
  ];
  callers[2]!.leave();
  good.succeed("done");
  bad.fail(new Error("no"));
  await Promise.allSettled(all);
  assert.deepEqual(
    callers.map(({ signal }) => getEventListeners(signal, "abort").length),
    [0, 0, 0],
  );
});
