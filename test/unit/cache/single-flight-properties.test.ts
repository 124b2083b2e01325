import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSingleFlight } from "../../../src/cache/index.ts";
import { createCaller } from "./callers.ts";

/** One caller of a run: what it asks for, and whether it leaves at some point. */
const plan = fc.record({ key: fc.constantFrom("a", "b", "c"), leaves: fc.boolean(), remainingMs: fc.nat(1000) });

test("in every order of joins, leaves and ends, each caller settles once and no key has two wanted runs at a time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(plan, { minLength: 1, maxLength: 12 }),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      async (scheduler, plans, successes) => {
        const flights = createSingleFlight<number>();
        const wanted = new Map<string, number>();
        let runs = 0;

        function workFor(key: string) {
          return async (timeLeft: { signal: AbortSignal }) => {
            const run = runs;
            runs += 1;
            assert.ok((wanted.get(key) ?? 0) === 0, "two wanted runs of one key");
            wanted.set(key, 1);
            const release = (): void => void wanted.set(key, 0);
            timeLeft.signal.addEventListener("abort", release, { once: true });
            await scheduler.schedule(Promise.resolve(), `run ${run} of ${key} ends`);
            // Once abandoned, the key belongs to a successor.
            if (!timeLeft.signal.aborted) release();
            if (successes[run] === false) throw new Error(`run ${run} failed`);
            return run;
          };
        }

        const settled = plans.map(() => 0);
        const all = plans.map(async ({ key, leaves, remainingMs }, at) => {
          const caller = createCaller(remainingMs);
          await scheduler.schedule(Promise.resolve(), `caller ${at} comes`);
          if (leaves) {
            void scheduler.schedule(Promise.resolve(), `caller ${at} leaves`).then(() => caller.leave());
          }
          try {
            const { value } = await flights.join(key, caller, workFor(key));
            assert.notEqual(successes[value], false, "a failed run has no value");
          } catch (error) {
            const { message } = error as Error;
            assert.ok(message === "left" ? leaves : /^run \d+ failed$/.test(message), message);
          }
          settled[at] = (settled[at] ?? 0) + 1;
        });
        await scheduler.waitIdle();
        await Promise.all(all);
        assert.deepEqual(
          settled,
          plans.map(() => 1),
        );
        assert.equal(flights.inFlight, 0);
        assert.ok([...wanted.values()].every((count) => count === 0));
      },
    ),
    { numRuns: 500 },
  );
});

test("the time left is the most among those present, after every join and leave", async () => {
  const step = fc.oneof(fc.record({ join: fc.nat(10_000) }), fc.record({ leave: fc.nat(20) }));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const flights = createSingleFlight<never>();
      const present: { remainingMs: number; leave: () => void }[] = [];
      const outcomes: Promise<unknown>[] = [];
      let timeLeft: { signal: AbortSignal; remainingMs(): number } | undefined;
      for (const each of steps) {
        if ("join" in each) {
          const caller = createCaller(each.join);
          present.push({ remainingMs: each.join, leave: () => caller.leave() });
          const joined = flights.join("k", caller, (given) => {
            timeLeft = given;
            return new Promise<never>(() => {});
          });
          outcomes.push(joined.catch(() => "left"));
        } else if (present.length > 0) {
          present.splice(each.leave % present.length, 1)[0]?.leave();
        }
        assert.equal(timeLeft?.remainingMs() ?? 0, Math.max(0, ...present.map(({ remainingMs }) => remainingMs)));
        assert.equal(flights.inFlight, present.length > 0 ? 1 : 0);
        if (timeLeft !== undefined) assert.equal(timeLeft.signal.aborted, present.length === 0);
      }
      for (const { leave } of present) leave();
      assert.equal(flights.inFlight, 0);
      assert.deepEqual(
        await Promise.all(outcomes),
        outcomes.map(() => "left"),
      );
    }),
    { numRuns: 300 },
  );
});
