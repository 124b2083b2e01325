import assert from "node:assert/strict";
import { test } from "node:test";
import { getFamily } from "../../../src/families/index.ts";

const family = getFamily("internvl3");

// width, height -> tokens, by hand: 256 a tile, one more tile for the thumbnail where there are several.
const counts: [number, number, number, string][] = [
  [448, 448, 256, "1 x 1"],
  [512, 512, 256, "1 x 1: 2 x 2 ties, but 512² is not above half of 896²"],
  [640, 640, 1280, "2 x 2 ties and 640² is above half of 896²: 4 + 1 tiles"],
  [480, 640, 3328, "3 x 4 is the same ratio: 12 + 1 tiles"],
  [1080, 1920, 2304, "0.5625 is closest to 1/2; 2 x 4 wins by area: 8 + 1 tiles"],
  [448, 896, 768, "1 x 2: 2 + 1 tiles"],
  [1000, 100, 2816, "10 x 1: 10 + 1 tiles"],
];

for (const [width, height, tokens, why] of counts) {
  test(`${width}x${height} counts ${tokens} tokens (${why})`, () => {
    assert.equal(family.countTokens({ width, height }), tokens);
  });
}

const plans: [number, number, number, number, number, number, string][] = [
  [3024, 4032, 300, 448, 448, 256, "one tile"],
  [3024, 4032, 767, 448, 448, 256, "two tiles and a thumbnail cost 768"],
  [3024, 4032, 768, 448, 896, 768, "upright: scale 448 / 3024 beats 448 / 4032"],
  [4032, 3024, 768, 896, 448, 768, "lying"],
  [3024, 4032, 1280, 896, 896, 1280, "2 x 2: scale 896 / 4032"],
  [3024, 4032, 4000, 1344, 1792, 3328, "3 x 4 is all that there is"],
  [300, 400, 4000, 448, 448, 256, "a small photo is not spread over more tiles"],
  [1, 50_000, 100, 448, 448, 256, "the cheapest costs more than the budget"],
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

test("two tokens mark the image", () => {
  assert.equal(family.markerTokensPerImage, 2);
});
