import assert from "node:assert/strict";
import { test } from "node:test";
import { getFamily } from "../../../src/families/index.ts";

const family = getFamily("granite4-vision");

// width, height -> tokens, by hand: cells of the best pinpoint without padding, a newline a row, 144 for the base view.
const counts: [number, number, number, string][] = [
  [384, 384, 300, "12 x 12 + 12 + 144"],
  [512, 512, 744, "768x768: 24 x 24 + 24 + 144"],
  [480, 640, 600, "768x768: 24 rows, 18 of 24 columns: 432 + 24 + 144"],
  [640, 480, 594, "768x768: 18 rows of 24 columns: 432 + 18 + 144"],
  [768, 1024, 944, "768x1152: 24 columns, 32 of 36 rows: 768 + 32 + 144"],
  [1024, 768, 936, "1152x768: 32 columns, 24 rows: 768 + 24 + 144"],
  [1080, 1920, 1194, "768x1536: the width fills 24 columns, 42.67 -> 42 of 48 rows: 1008 + 42 + 144"],
  [288, 384, 276, "384x384: 12 rows, 9 filled columns: padding 3 // 2 = 1 a side leaves 10: 120 + 12 + 144"],
];

for (const [width, height, tokens, why] of counts) {
  test(`${width}x${height} counts ${tokens} tokens (${why})`, () => {
    assert.equal(family.countTokens({ width, height }), tokens);
  });
}

const plans: [number, number, number, number, number, number, string][] = [
  [3024, 4032, 300, 384, 384, 300, "one tile"],
  [3024, 4032, 455, 384, 384, 300, "two tiles one above the other cost 288 + 24 + 144 = 456"],
  [3024, 4032, 456, 384, 768, 456, "upright pair"],
  [4032, 3024, 444, 768, 384, 444, "a lying pair has fewer rows: 288 + 12 + 144"],
  [3024, 4032, 768, 768, 768, 744, "2 x 2"],
  [300, 300, 768, 384, 384, 300, "a small photo is not spread over more tiles"],
  [3024, 4032, 100, 384, 384, 300, "the cheapest costs more than the budget"],
];

for (const [width, height, budget, sentWidth, sentHeight, tokens, why] of plans) {
  test(`${width}x${height} at ${budget} tokens is sent as ${sentWidth}x${sentHeight} (${why})`, () => {
    assert.deepEqual(family.plan({ width, height }, budget), {
      width: sentWidth,
      height: sentHeight,
      visionTokens: tokens,
      fit: "letterbox",
    });
  });
}
