import assert from "node:assert/strict";
import { test } from "node:test";
import { getFamily } from "../../../src/families/index.ts";

const family = getFamily("generic");

// source, budget -> planned size and tokens, by hand with cells of 28 pixels.
const plans: [number, number, number, number, number, number, string][] = [
  [3024, 4032, 300, 420, 560, 300, "15 x 20"],
  [3024, 4032, 768, 672, 896, 768, "24 x 32"],
  [1080, 1920, 576, 504, 896, 576, "18 x 32"],
  [1000, 1000, 10, 84, 84, 9, "3 x 3"],
  [100, 75, 768, 84, 56, 6, "3.57 -> 3, 3 x 0.75 = 2.25 -> 2: snapped, never enlarged"],
  [10, 10, 768, 28, 28, 1, "one cell is the minimum"],
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

test("it owns up to estimating", () => {
  assert.equal(family.isTokenCountExact, false);
});
