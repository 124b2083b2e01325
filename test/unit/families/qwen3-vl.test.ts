import assert from "node:assert/strict";
import { test } from "node:test";
import { getFamily } from "../../../src/families/index.ts";

const family = getFamily("qwen3-vl");

// width, height -> tokens, by hand from smart_resize with cells of 32.
const counts: [number, number, number, string][] = [
  [512, 512, 256, "16 x 16"],
  [480, 640, 300, "15 x 20"],
  [768, 1024, 768, "24 x 32"],
  [1080, 1920, 2040, "33.75 -> 34, 60"],
  [3024, 4032, 11_844, "94.5 -> 94 (half to even), 126"],
  [1040, 1072, 1088, "32.5 -> 32, 33.5 -> 34 (half to even)"],
  [100, 75, 70, "too small: beta = sqrt(65536 / 7500) = 2.956; ceil(9.24) = 10, ceil(6.93) = 7"],
  [256, 256, 64, "exactly the minimum"],
  [10_000, 10_000, 16_384, "312.5 -> 312 squared is above the maximum: beta = 2.441; floor(128) = 128 each"],
  [6400, 32, 200, "200:1 is the last ratio allowed"],
  [8, 1600, 114, "too small: 0 x 50 cells; beta = sqrt(65536 / 12800) = 2.263; ceil(0.57) = 1, ceil(113.1) = 114"],
];

for (const [width, height, tokens, why] of counts) {
  test(`${width}x${height} counts ${tokens} tokens (${why})`, () => {
    assert.equal(family.countTokens({ width, height }), tokens);
  });
}

test("a ratio above 200:1 is refused, as the processor does", () => {
  assert.throws(() => family.countTokens({ width: 32, height: 6432 }), RangeError);
});

// source, budget -> planned size and tokens.
const plans: [number, number, number, number, number, number, string][] = [
  [3024, 4032, 300, 480, 640, 300, "15 x 20 is 3:4 and exactly 300"],
  [3024, 4032, 768, 768, 1024, 768, "24 x 32"],
  [3024, 4032, 576, 640, 864, 540, "27 rows keep 20.25 -> 20 columns; 28 rows would need 21: 588"],
  [4032, 3024, 300, 640, 480, 300, "landscape"],
  [1080, 1920, 576, 576, 1024, 576, "18 x 32 is 9:16 and exactly 576"],
  [1000, 1000, 300, 544, 544, 289, "17 x 17; 18 x 18 is 324"],
  [500, 500, 768, 480, 480, 225, "15.6 cells snap to 15: 16 would enlarge it"],
  [600, 800, 768, 576, 768, 432, "25 rows keep 18.75 -> 19 columns, 608 pixels: wider than the source; so 24 x 18"],
  [100, 75, 768, 320, 224, 70, "the minimum: 10 x 7 cells"],
  [3024, 4032, 16_384, 3008, 4032, 11_844, "the whole photo fits: 126 rows, 94.5 -> 94 columns"],
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

test("two tokens mark the image, and nothing is needed besides", () => {
  assert.equal(family.markerTokensPerImage, 2);
  assert.equal(family.chatTemplateKwargs, null);
});

test("Qwen3.5 shares the geometry and has its thinking switched off", () => {
  const qwen35 = getFamily("qwen3.5");
  assert.deepEqual(qwen35.plan({ width: 3024, height: 4032 }, 300), family.plan({ width: 3024, height: 4032 }, 300));
  assert.equal(qwen35.countTokens({ width: 1080, height: 1920 }), 2040);
  assert.deepEqual(qwen35.chatTemplateKwargs, { enable_thinking: false });
});
