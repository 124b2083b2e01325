import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createWaitingLine } from "../../../src/limits/waiting-line.ts";
import type { Priority } from "../../../src/kernel/index.ts";

const priority = fc.constantFrom<Priority>("interactive", "bulk");
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("push" as const), priority }),
    fc.record({ do: fc.constant("take" as const) }),
    fc.record({ do: fc.constant("leave" as const), which: fc.nat(200) }),
  ),
  { maxLength: 200, size: "max" },
);

test("everyone who does not leave has a turn exactly once, in the order of arrival within a priority", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const line = createWaitingLine<number>();
      const model: Record<Priority, number[]> = { interactive: [], bulk: [] };
      const leavers: { number: number; priority: Priority; leave: () => void }[] = [];
      let pushed = 0;
      const take = () => {
        const number = line.take();
        const heads = [model.interactive[0], model.bulk[0]];
        if (number === undefined) {
          assert.deepEqual(heads, [undefined, undefined]);
          return;
        }
        assert.ok(heads.includes(number), "the turn is the first one's of its priority");
        model[model.bulk[0] === number ? "bulk" : "interactive"].shift();
      };
      for (const step of all) {
        if (step.do === "take") take();
        else if (step.do === "push") {
          const number = pushed++;
          model[step.priority].push(number);
          leavers.push({ number, priority: step.priority, leave: line.push(step.priority, number) });
        } else if (leavers.length > 0) {
          const leaver = leavers[step.which % leavers.length];
          leaver?.leave();
          if (leaver !== undefined)
            model[leaver.priority] = model[leaver.priority].filter((number) => number !== leaver.number);
        }
        assert.deepEqual(line.waiting, { interactive: model.interactive.length, bulk: model.bulk.length });
      }
      while (line.waiting.interactive + line.waiting.bulk > 0) take();
      take();
    }),
  );
});

test("the n-th in the bulk queue has its turn within 8 n turns, however many interactive ones arrive", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(5), { maxLength: 200, size: "max" }),
      fc.nat(30),
      (bulkCount, arrivals, turnsBefore) => {
        const line = createWaitingLine<string>();
        for (let n = 0; n < 40; n += 1) line.push("interactive", "interactive");
        for (let n = 0; n < turnsBefore; n += 1) line.take();
        for (let n = 0; n < bulkCount; n += 1) line.push("bulk", "bulk");
        let turns = 0;
        let bulkTurns = 0;
        while (bulkTurns < bulkCount) {
          for (let n = arrivals[turns] ?? 5; n > 0; n -= 1) line.push("interactive", "interactive");
          turns += 1;
          if (line.take() === "bulk") {
            bulkTurns += 1;
            assert.ok(turns <= 8 * bulkTurns, `turn ${turns} for number ${bulkTurns}`);
          }
        }
      },
    ),
  );
});

test("turns that were over before bulk came do not let it jump the queue", () => {
  const line = createWaitingLine<string>();
  for (let n = 0; n < 20; n += 1) line.push("interactive", "interactive");
  for (let n = 0; n < 15; n += 1) line.take();
  line.push("bulk", "bulk");
  assert.deepEqual(
    Array.from({ length: 6 }, () => line.take()),
    ["interactive", "interactive", "interactive", "interactive", "interactive", "bulk"],
  );
});

test("tells a newcomer the turns it waits for if nobody comes after it", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(10), priority, (interactive, bulk, newcomer) => {
      const line = createWaitingLine<string>();
      for (let n = 0; n < interactive; n += 1) line.push("interactive", "other");
      for (let n = 0; n < bulk; n += 1) line.push("bulk", "other");
      const promised = line.turnsFor(newcomer);
      line.push(newcomer, "newcomer");
      let turns = 1;
      while (line.take() !== "newcomer") turns += 1;
      if (newcomer === "bulk") assert.equal(turns, promised);
      else assert.ok(turns >= promised && turns <= promised + Math.floor(promised / 7));
    }),
  );
});
