import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { familyIds, getFamily } from "../../../src/families/index.ts";
import { budgets, sizes } from "./arbitraries.ts";

const runs = { numRuns: 1500 };

for (const id of familyIds) {
  describe(`every plan of ${id}`, () => {
    const family = getFamily(id);

    test("counts to exactly the planned tokens", () => {
      fc.assert(
        fc.property(sizes, budgets, (source, budget) => {
          const plan = family.plan(source, budget);
          assert.equal(family.countTokens(plan), plan.visionTokens);
        }),
        runs,
      );
    });

    test("keeps within the budget, or is the cheapest image that there is for this photo", () => {
      fc.assert(
        fc.property(sizes, budgets, (source, budget) => {
          const { visionTokens } = family.plan(source, budget);
          assert.ok(visionTokens <= budget || visionTokens === family.plan(source, 1).visionTokens);
        }),
        runs,
      );
    });

    test("spends no fewer tokens when the budget grows", () => {
      fc.assert(
        fc.property(sizes, budgets, fc.nat(500), (source, budget, more) => {
          assert.ok(family.plan(source, budget + more).visionTokens >= family.plan(source, budget).visionTokens);
        }),
        runs,
      );
    });

    test("plans an image that already has a planned size as it is", () => {
      fc.assert(
        fc.property(sizes, budgets, (source, budget) => {
          const { width, height, visionTokens } = family.plan(source, budget);
          const again = family.plan({ width, height }, Math.max(budget, visionTokens));
          assert.deepEqual({ width: again.width, height: again.height }, { width, height });
        }),
        runs,
      );
    });

    test("enlarges a photo only where no smaller image keeps its shape, else by no more than the snap to the grid", () => {
      fc.assert(
        fc.property(sizes, budgets, (source, budget) => {
          const plan = family.plan(source, budget);
          const scale = Math.min(plan.width / source.width, plan.height / source.height);
          const smaller = family.plan(source, plan.visionTokens - 1);
          const isSmallest = smaller.visionTokens === plan.visionTokens || smaller.fit !== plan.fit;
          const snap = 16 / Math.min(source.width, source.height);
          assert.ok(isSmallest || scale <= 1 + snap, `${JSON.stringify(plan)} enlarges by ${scale}`);
        }),
        runs,
      );
    });

    test("has a whole, positive size", () => {
      fc.assert(
        fc.property(sizes, budgets, (source, budget) => {
          const { width, height } = family.plan(source, budget);
          assert.ok(Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1);
        }),
        runs,
      );
    });
  });
}

test("each family answers to its own id", () => {
  for (const id of familyIds) assert.equal(getFamily(id).id, id);
});

test("only the generic family estimates its tokens", () => {
  assert.deepEqual(
    familyIds.filter((id) => !getFamily(id).isTokenCountExact),
    ["generic"],
  );
});
