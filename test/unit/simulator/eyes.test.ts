import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fieldNames } from "../../../schemas/index.ts";
import { createEyes } from "../../../src/simulator/eyes/index.ts";
import type { Pixels } from "../../../src/simulator/sighting.ts";

type Rgb = readonly [number, number, number];
type Paint = (x: number, y: number) => Rgb;

const grey: Rgb = [176, 176, 178];
const red: Rgb = [178, 32, 40];
const white: Rgb = [240, 240, 240];
const navy: Rgb = [29, 36, 68];

/** 480 x 640 pixels, painted point by point. */
function paint(colourAt: Paint, width = 480, height = 640): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colourAt(x, y), (y * width + x) * 3);
  return { data, width, height };
}

/** A t-shirt's outline (about as long as wide, with a neckline) in the middle of a grey ground. */
function tShirt(cloth: Paint): Pixels {
  return paint((x, y) => {
    const isTrunk = x > 125 && x < 355 && y > 160 && y < 470;
    const isSleeve = x > 60 && x < 420 && y > 160 && y < 270;
    const isNeck = Math.hypot(x - 240, y - 160) < 38;
    return (isTrunk || isSleeve) && !isNeck ? cloth(x, y) : grey;
  });
}

/** Trousers: two legs that part at a third of their length. */
function trousers(cloth: Paint): Pixels {
  return paint((x, y) => {
    const isHip = x > 160 && x < 320 && y > 60 && y < 240;
    const isLeg = y >= 240 && y < 580 && ((x > 140 && x < 225) || (x > 255 && x < 340));
    return isHip || isLeg ? cloth(x, y) : grey;
  });
}

const { look } = createEyes({ build: "fp8" });

test("the eyes call a red top on a grey ground red, solid and a top with short sleeves", () => {
  const { type, color, pattern, sleeve_length } = look(tShirt(() => red));
  assert.match(String(type.value), /shirt|top/);
  assert.equal(color.value, "red");
  assert.equal(pattern.value, "solid");
  assert.equal(sleeve_length.value, "short sleeve");
});

test("the eyes see stripes, and both of their colours", () => {
  const { color, pattern } = look(tShirt((_, y) => (Math.floor(y / 16) % 2 === 0 ? navy : white)));
  assert.equal(pattern.value, "striped");
  assert.match(String(color.value), /^(navy blue and white|white and navy blue)$/);
});

test("the eyes tell two legs from a trunk with sleeves", () => {
  const { type, sleeve_length } = look(trousers(() => navy));
  assert.match(String(type.value), /^(trousers|jeans|shorts)$/);
  assert.equal(sleeve_length.value, null);
});

test("the same pixels always give the same answer, whatever was looked at before", () => {
  const first = look(tShirt(() => red));
  look(trousers(() => navy));
  assert.deepEqual(look(tShirt(() => red)), first);
  assert.deepEqual(createEyes({ build: "fp8" }).look(tShirt(() => red)), first);
});

test("a colour that changes changes the answer: nothing but pixels is looked at", () => {
  assert.notEqual(look(tShirt(() => red)).color.value, look(tShirt(() => navy)).color.value);
});

test("a picture in which nothing stands out shows no garment", () => {
  const sighting = look(paint(() => red));
  for (const field of fieldNames) assert.equal(sighting[field].value, null, field);
});

test("the eyes never claim to have read a maker's name, a size or a defect", () => {
  const sighting = look(tShirt(() => red));
  for (const field of ["brand", "size", "defect_type"] as const) assert.equal(sighting[field].value, null, field);
});

test("any picture gets an answer whose probabilities add up to at most one, the choice being the likeliest", () => {
  const size = fc.oneof(fc.constantFrom([1, 1], [1, 900], [900, 1], [3, 400], [13, 12]), fc.tuple(side(), side()));
  fc.assert(
    fc.property(size, fc.integer(), fc.constantFrom("fp8", "nvfp4"), ([width, height], seed, build) => {
      const noise = paint((x, y) => mix(x, y, seed), width, height);
      for (const [field, { probability, alternatives }] of Object.entries(createEyes({ build }).look(noise))) {
        const sum = alternatives.reduce((total, guess) => total + guess.probability, probability);
        assert.ok(sum <= 1 + 1e-9 && probability >= 0, `${field} adds up to ${sum}`);
        for (const guess of alternatives) assert.ok(guess.probability <= probability, field);
      }
    }),
    { numRuns: 25 },
  );
});

function side(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 90 });
}

/** Anything from smooth ramps to noise. */
function mix(x: number, y: number, seed: number): Rgb {
  const coarse = Math.imul((x >> (seed & 7)) * 73_856_093 + (y >> ((seed >> 3) & 7)) * 19_349_663, seed | 1) >>> 8;
  return [coarse & 255, (coarse >> 8) & 255, (coarse >> 16) & 255];
}
