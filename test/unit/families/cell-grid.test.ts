import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planOnCells } from "../../../src/families/cell-grid.ts";
import type { CellGrid } from "../../../src/families/cell-grid.ts";
import { budgets, sizes } from "./arbitraries.ts";

const qwenLike: CellGrid = { cellPixels: 32, minCells: 64, maxCells: 16_384 };
const free: CellGrid = { cellPixels: 28, minCells: 1, maxCells: 16_384 };
const grids = fc.constantFrom(qwenLike, free);

test("a stretched image keeps its shape to within half a cell on the shorter side", () => {
  fc.assert(
    fc.property(grids, sizes, budgets, (grid, source, budget) => {
      const plan = planOnCells(grid, source, budget);
      if (plan.fit === "letterbox") return;
      const longCells = Math.max(plan.width, plan.height) / grid.cellPixels;
      const shortCells = Math.min(plan.width, plan.height) / grid.cellPixels;
      const ratio = Math.min(source.width, source.height) / Math.max(source.width, source.height);
      assert.ok(Math.abs(longCells * ratio - shortCells) <= 0.5 + 1e-9);
    }),
    { numRuns: 5000 },
  );
});

test("no shape-keeping, unenlarged image within the budget has more cells than the planned one", () => {
  fc.assert(
    fc.property(grids, sizes, fc.integer({ min: 1, max: 1500 }), (grid, source, budget) => {
      const plan = planOnCells(grid, source, budget);
      const long = Math.max(source.width, source.height);
      const ratio = Math.min(source.width, source.height) / long;
      if (ratio < 1 / 16) return;
      for (let longCells = 1; longCells * grid.cellPixels <= long; longCells += 1) {
        const shortCells = Math.max(1, Math.ceil(longCells * ratio - 0.5));
        if (shortCells * grid.cellPixels > Math.min(source.width, source.height)) continue;
        const isKept = longCells * ratio >= 0.5 && longCells * shortCells >= grid.minCells;
        if (isKept && longCells * shortCells <= budget) assert.ok(plan.visionTokens >= longCells * shortCells);
      }
    }),
    { numRuns: 2000 },
  );
});

test("no side is drawn larger than the source, but for the family's minimum", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 120, max: 16_384 }), (source, budget) => {
      const plan = planOnCells(qwenLike, source, budget);
      if (plan.fit === "letterbox" || (plan.width <= source.width && plan.height <= source.height)) return;
      // Larger only as long as one step less would fall below the minimum, or the shape would not be kept.
      const longCells = Math.max(plan.width, plan.height) / qwenLike.cellPixels - 1;
      const ratio = Math.min(source.width, source.height) / Math.max(source.width, source.height);
      const shortCells = Math.ceil(longCells * ratio - 0.5);
      assert.ok(shortCells < 1 || longCells * shortCells < qwenLike.minCells, `${plan.width}x${plan.height}`);
    }),
    { numRuns: 5000 },
  );
});

test("an image is letterboxed only where it is a strip or no shape-keeping size fits the budget", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 120, max: 16_384 }), (source, budget) => {
      const plan = planOnCells(qwenLike, source, budget);
      const isStrip = Math.max(source.width / source.height, source.height / source.width) > 16;
      assert.equal(plan.fit, isStrip ? "letterbox" : "stretch");
    }),
    { numRuns: 2000 },
  );
});

test("a strip is laid on a canvas of 16:1 in its own direction", () => {
  const upright = planOnCells(qwenLike, { width: 1, height: 50_000 }, 768);
  // The most cells: 109 x round(109 / 16) = 109 x 7 = 763.
  assert.deepEqual(upright, { width: 224, height: 3488, visionTokens: 763, fit: "letterbox" });
  const flat = planOnCells(qwenLike, { width: 50_000, height: 1 }, 768);
  assert.deepEqual(flat, { width: 3488, height: 224, visionTokens: 763, fit: "letterbox" });
});

test("a budget below every shape-keeping size gives the smallest square", () => {
  // 3:4 needs 7 x 10 = 70 cells to reach 64.
  assert.deepEqual(planOnCells(qwenLike, { width: 3024, height: 4032 }, 69), {
    width: 256,
    height: 256,
    visionTokens: 64,
    fit: "letterbox",
  });
});

test("planning ends at any size and budget", () => {
  for (let budget = 1; budget <= 16_384; budget += 1) {
    planOnCells(qwenLike, { width: 1, height: 2 ** 31 }, budget);
    planOnCells(qwenLike, { width: 2 ** 31, height: 2 ** 31 - 1 }, budget);
  }
});
