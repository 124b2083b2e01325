import assert from "node:assert/strict";
import test from "node:test";
import { createFaultDice } from "../../../src/simulator/faults/control.ts";
import type { Fault } from "../../../src/simulator/faults/control.ts";

test("a fault happens at about its rate, and the same seed gives the same sequence", () => {
  const sequences = [7, 7, 8].map((seed) => {
    const dice = createFaultDice();
    dice.set([{ kind: "stall", rate: 0.25, seed }]);
    return Array.from({ length: 1000 }, () => dice.roll("stall") !== undefined);
  });
  assert.deepEqual(sequences[0], sequences[1]);
  assert.notDeepEqual(sequences[0], sequences[2]);
  const share = sequences[0]!.filter(Boolean).length / 1000;
  assert.ok(share > 0.2 && share < 0.3, `share ${share}`);
});

test("a fault happens at most as often as `times` says", () => {
  const dice = createFaultDice();
  dice.set([{ kind: "error-500", times: 2 }]);
  assert.deepEqual(
    [1, 2, 3].map(() => dice.roll("error-500") !== undefined),
    [true, true, false],
  );
});

test("a fault that is not set never happens", () => {
  assert.equal(createFaultDice().roll("stall"), undefined);
});

test("setting replaces what was on, with defaults filled in", () => {
  const dice = createFaultDice();
  dice.set([{ kind: "stall" }]);
  dice.set([{ kind: "slow-drip", parameters: { pieces: 3 } }]);
  assert.deepEqual(
    dice.list().map(({ kind, rate, parameters }) => ({ kind, rate, parameters })),
    [{ kind: "slow-drip", rate: 1, parameters: { pieces: 3, pause_ms: 250 } }],
  );
});

test("a mistake is named and changes nothing", () => {
  const dice = createFaultDice();
  dice.set([{ kind: "stall" }]);
  const mistakes: [unknown, RegExp][] = [
    [{ kind: "nope" }, /Unknown fault nope/],
    [{ kind: "stall", rate: 2 }, /rate/],
    [{ kind: "stall", rate: "1" }, /rate/],
    [{ kind: "stall", parameters: { pieces: 1 } }, /no parameter pieces/],
    [{ kind: "stall", parameters: { duration_ms: -1 } }, /duration_ms/],
    [{ kind: "stall", times: 0 }, /times/],
    [{ kind: "stall", seed: 0.5 }, /seed/],
    [{ kind: "stall", sed: 1 }, /no member sed/],
  ];
  for (const [fault, message] of mistakes) assert.throws(() => dice.set([fault as Fault]), message);
  assert.deepEqual(
    dice.list().map(({ kind }) => kind),
    ["stall"],
  );
});
