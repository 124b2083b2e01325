import assert from "node:assert/strict";
import { test } from "node:test";
import { getFamily } from "../../../src/families/index.ts";

const family = getFamily("moondream3");

// source -> planned size, by hand: canvases are 266 pixels a crop and 112 for the margins; at most 12 crops.
const plans: [number, number, number, number, string][] = [
  [3024, 4032, 882, 1176, "3 x 4 crops, 910x1176: 4032 / 1176 binds"],
  [4032, 3024, 1176, 882, "4 x 3 crops, 1176x910"],
  [3000, 3000, 910, 910, "3 x 3 crops"],
  [4000, 1000, 1708, 427, "6 x 2 crops, 1708x644: the width binds"],
  [640, 480, 640, 480, "not enlarged"],
  [378, 378, 378, 378, "one crop"],
  [1, 50_000, 1, 3304, "1 x 12 crops"],
];

for (const [width, height, sentWidth, sentHeight, why] of plans) {
  test(`${width}x${height} is sent as ${sentWidth}x${sentHeight} for 730 tokens (${why})`, () => {
    assert.deepEqual(family.plan({ width, height }, 300), {
      width: sentWidth,
      height: sentHeight,
      visionTokens: 730,
      fit: "stretch",
    });
  });
}

test("it takes one image only", () => {
  assert.equal(family.maxImages, 1);
});

test("every image costs 730 tokens", () => {
  for (const width of [1, 378, 5000]) assert.equal(family.countTokens({ width, height: 500 }), 730);
});
