import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createCapital } from "../../../src/statistics/capital.ts";
import { createEvidence } from "../../../src/statistics/evidence.ts";
import { createLowerBound } from "../../../src/statistics/lower-bound.ts";
import { fallenByEValues, holm } from "../../../src/statistics/multiplicity.ts";
import { seededRandom } from "../../../src/kernel/index.ts";

const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 });
const flips = fc.array(fc.constantFrom(-1, 0, 0, 0, 0, 1), { minLength: 1, maxLength: 300 });

function near(actual: number, expected: number, tolerance = 1e-9): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

function capitalAfter(mean: number, values: readonly number[]): number {
  const capital = createCapital(mean, 20);
  for (const value of values) capital.push(value);
  return capital.value;
}

test("a capital grows by what each stake wins", () => {
  // Against mean -0.5 a pair without a difference doubles what is staked: 1 + 0.4 x 0.95 + 0.2 x 0.45 + 0.2 x 0.2 + 0.12 x 0.09
  // + 0.06 x 0.04 + 0.02 x 0.018 = 1.52356.
  near(capitalAfter(-0.5, [0]), 1.52356);
  // A lost garment takes all that is staked: 1 - 0.52356.
  near(capitalAfter(-0.5, [-1]), 0.47644);
});

test("a capital is a fair game at the mean that it bets against", () => {
  // -1 with chance 0.02, else 0, has mean -0.02: the expectation of the next capital is the capital.
  const next = (difference: number) => capitalAfter(-0.02, [difference]);
  near(0.02 * next(-1) + 0.98 * next(0), 1);
});

test("a capital never becomes infinite or not a number", () => {
  const capital = createCapital(-0.9, 20);
  for (let pair = 0; pair < 5000; pair++) capital.push(1);
  assert.ok(Number.isFinite(capital.value) && capital.value > 1e299);
  capital.push(-1);
  assert.ok(Number.isFinite(capital.value));
});

test("without any difference the margin of one point takes 399 pairs", () => {
  const evidence = createEvidence({ alpha: 0.05, margin: 0.01 });
  for (let pair = 0; pair < 500; pair++) evidence.push(0);
  // Alone, 0.4 coins at stake 0.95 would take ln(20 / 0.4) / ln(1 + 0.95 x 0.01 / 0.99) = 409.6 pairs.
  assert.equal(evidence.promotedAt, 399);
});

test("bounds stay within -1..1 and never widen", () => {
  fc.assert(
    fc.property(fc.oneof(differences, flips), (values) => {
      const evidence = createEvidence({ alpha: 0.05, margin: 0.01 });
      let [low, high] = [-1, 1];
      for (const value of values) {
        evidence.push(value);
        assert.ok(evidence.low >= low && evidence.high <= high);
        [low, high] = [evidence.low, evidence.high];
      }
      assert.ok(low >= -1 && low <= 1 && high >= -1 && high <= 1);
    }),
  );
});

test("the order of the pairs changes a capital by rounding only", () => {
  fc.assert(
    fc.property(flips, (values) => {
      near(capitalAfter(-0.02, values.toReversed()) / capitalAfter(-0.02, values), 1, 1e-6);
    }),
  );
});

test("the mean at a bound was excluded by a capital of its own at some pair, and one a little higher never", () => {
  fc.assert(
    fc.property(fc.oneof(differences, flips), (values) => {
      const bound = createLowerBound(0.05);
      for (const value of values) bound.push(value);
      if (bound.low === -1) return;
      const mostAgainst = (mean: number) => {
        const capital = createCapital(mean, 20);
        return Math.max(
          ...values.map((value) => {
            capital.push(value);
            return capital.value;
          }),
        );
      };
      assert.ok(mostAgainst(bound.low) >= 20 * (1 - 1e-6));
      // Steps are 2 % of the distance to the mean, and the lattice costs values off it a little.
      assert.ok(mostAgainst(bound.low + 0.05) < 20);
    }),
  );
});

test("the margin is passed exactly when the bound passes it", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = seededRandom(seed);
    const evidence = createEvidence({ alpha: 0.05, margin: 0.02 });
    for (let pair = 0; pair < 600; pair++) {
      const u = random();
      evidence.push(u < 0.01 ? -1 : Number(u < 0.02));
      assert.equal(evidence.low > -0.02, evidence.promotedAt !== null);
    }
  }
});

test("a forecast comes true where pairs go on as they came", () => {
  const evidence = createEvidence({ alpha: 0.05, margin: 0.01 });
  for (let pair = 0; pair < 100; pair++) evidence.push(0);
  assert.equal(evidence.pairsToPromote(20), 299);
  assert.equal(evidence.pairsToReject(20), null);
});

test("e-BH lets fall what its rank allows", () => {
  // Five hypotheses at 0.05: alone 5/0.05 = 100 is needed, two together 50 each, three 33.4.
  assert.deepEqual(fallenByEValues([99, 1, 1, 1, 1], 0.05), []);
  assert.deepEqual(fallenByEValues([1, 100, 1, 1, 1], 0.05), [1]);
  assert.deepEqual(fallenByEValues([50, 1, 60, 1, 1], 0.05), [2, 0]);
  assert.deepEqual(fallenByEValues([], 0.05), []);
});

test("Holm multiplies the smallest by all, the next by one less, and keeps their order", () => {
  // 0.01 x 3, 0.02 x 2, max(0.04, 0.03 x 1).
  assert.deepEqual(holm([0.03, 0.01, 0.02]), [0.04, 0.03, 0.04]);
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
});
