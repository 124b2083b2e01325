import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { getFamily } from "../../../src/families/index.ts";
import { budgets, sizes } from "./arbitraries.ts";

const family = getFamily("phi4-multimodal");

// width, height -> tokens, by hand: 273 fixed (16 x 16 + 16 + 1), then columns x rows + rows.
const counts: [number, number, number, string][] = [
  [448, 448, 545, "16 x 16 + 16"],
  [640, 480, 1065, "2 x 2 crops, 896 x 672: 32 x 24 + 24"],
  [480, 640, 1073, "2 x 2 crops, 672 x 896: 24 x 32 + 32"],
  [512, 512, 1329, "2 x 2 crops, filled: 32 x 32 + 32"],
  [1024, 768, 1681, "3 x 2 crops: the height binds, 896 x 1024/768 = 1194 of 1344: 43 columns x 32 + 32"],
  [768, 1024, 1692, "2 x 3 crops, 896 x 1194: 32 x 43 + 43"],
  [336, 448, 481, "one crop, 12 columns x 16 + 16"],
  [100, 100, 545, "scaled up to one crop"],
];

for (const [width, height, tokens, why] of counts) {
  test(`${width}x${height} counts ${tokens} tokens (${why})`, () => {
    assert.equal(family.countTokens({ width, height }), tokens);
  });
}

const plans: [number, number, number, number, number, number, string][] = [
  [3024, 4032, 300, 336, 448, 481, "one crop is the cheapest"],
  [3024, 4032, 545, 336, 448, 481, "one crop"],
  [4032, 3024, 545, 448, 336, 477, "one crop lying: 16 x 12 + 12"],
  [3024, 4032, 768, 448, 588, 630, "one crop wide: 597 snaps to 21 cells: 16 x 21 + 21"],
  [3024, 4032, 1073, 672, 896, 1073, "2 x 2 crops: 24 x 32 + 32"],
  [448, 448, 5000, 448, 448, 545, "not enlarged"],
  [200, 300, 5000, 308, 448, 465, "the minimum: 298.7 snaps to 11 cells: 11 x 16 + 16"],
];

for (const [width, height, budget, sentWidth, sentHeight, tokens, why] of plans) {
  test(`${width}x${height} at ${budget} tokens is sent as ${sentWidth}x${sentHeight} (${why})`, () => {
    assert.deepEqual(family.plan({ width, height }, budget), {
      width: sentWidth,
      height: sentHeight,
      visionTokens: tokens,
      fit: "stretch",
    });
  });
}

test("a strip too thin for the grid is letterboxed", () => {
  assert.deepEqual(family.plan({ width: 1, height: 50_000 }, 300), {
    width: 28,
    height: 448,
    visionTokens: 305,
    fit: "letterbox",
  });
});

test("a stretched image keeps its shape to within half a cell", () => {
  fc.assert(
    fc.property(sizes, budgets, (source, budget) => {
      const plan = family.plan(source, budget);
      if (plan.fit === "letterbox") return;
      const offInHeight = Math.abs(plan.width * (source.height / source.width) - plan.height);
      const offInWidth = Math.abs(plan.height * (source.width / source.height) - plan.width);
      assert.ok(Math.min(offInHeight, offInWidth) <= 14 + 1e-6);
    }),
    { numRuns: 3000 },
  );
});
