import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import sharp from "sharp";
import { getFamily } from "../../../src/families/index.ts";
import { embedProfile } from "../../../src/image/icc.ts";
import { adobeRgb, displayP3, greyProfile, rgbProfile, sRgb, toSrgb, withJpegProfile } from "../../support/icc.ts";
import type { RgbSpace } from "../../support/icc.ts";
import { drawing, drawQuarters, largestDifference, quarters, readQuarters } from "../../support/images.ts";
import type { Rgb } from "../../support/images.ts";
import { openTestImages } from "../../support/open-images.ts";

const qwen = getFamily("qwen3-vl");
const [width, height] = [480, 360];
const sizes = { png: 3, jpeg: 4 };

async function prepareQuarters(t: Parameters<typeof openTestImages>[0], upload: Buffer): Promise<Rgb[]> {
  const images = openTestImages(t);
  const prepared = await images.prepare(await images.inspect(upload, "image"), qwen, 100);
  return readQuarters(prepared.jpeg);
}

const spaces: readonly [string, RgbSpace][] = [
  ["Display P3", displayP3],
  ["Adobe RGB", adobeRgb],
];

for (const [name, space] of spaces) {
  const expected = quarters.map((colour) => toSrgb(colour, space));

  test(`${name} and sRGB differ on the drawing by much more than the tolerance`, () => {
    assert.ok(largestDifference(quarters, expected) >= 15);
  });

  test(`a JPEG in ${name} is sent in sRGB`, async (t) => {
    const jpeg = await drawing(width, height).jpeg({ quality: 97, chromaSubsampling: "4:4:4" }).toBuffer();
    const actual = await prepareQuarters(t, withJpegProfile(jpeg, rgbProfile(space)));
    assert.ok(largestDifference(actual, expected) <= sizes.jpeg, JSON.stringify({ actual, expected }));
  });

  test(`a PNG in ${name} is sent in sRGB`, async (t) => {
    const png = await drawing(width, height).png({ compressionLevel: 1 }).toBuffer();
    const actual = await prepareQuarters(t, embedProfile(png, rgbProfile(space)));
    assert.ok(largestDifference(actual, expected) <= sizes.png, JSON.stringify({ actual, expected }));
  });

  test(`a 16-bit PNG in ${name} is sent in sRGB`, async (t) => {
    const png = await drawing(width, height).toColourspace("rgb16").png({ compressionLevel: 1 }).toBuffer();
    const actual = await prepareQuarters(t, embedProfile(png, rgbProfile(space)));
    assert.ok(largestDifference(actual, expected) <= sizes.png, JSON.stringify({ actual, expected }));
  });

  test(`a letterboxed image in ${name} keeps its white padding`, async (t) => {
    const images = openTestImages(t);
    const png = embedProfile(await drawing(300, 900).png().toBuffer(), rgbProfile(space));
    const prepared = await images.prepare(await images.inspect(png, "image"), getFamily("internvl3"), 256);
    const { data } = await sharp(prepared.jpeg).raw().toBuffer({ resolveWithObject: true });
    assert.ok(Math.min(data[0] ?? 0, data[1] ?? 0, data[2] ?? 0) >= 253);
  });
}

test("a HEIC in Display P3 is sent in sRGB", async (t) => {
  const actual = await prepareQuarters(t, readFileSync("test/fixtures/heic/display-p3.heic"));
  const expected = quarters.map((colour) => toSrgb(colour, displayP3));
  assert.ok(largestDifference(actual, expected) <= sizes.jpeg, JSON.stringify({ actual, expected }));
});

test("an sRGB profile changes no pixel", async (t) => {
  const images = openTestImages(t);
  const bare = await drawing(width, height).jpeg().toBuffer();
  const tagged = withJpegProfile(bare, rgbProfile(sRgb));
  const [one, other] = await Promise.all(
    [bare, tagged].map(async (bytes) => images.prepare(await images.inspect(bytes, "image"), qwen, 100)),
  );
  assert.deepEqual(one?.jpeg, other?.jpeg);
});

test("a colour profile for grey in a coloured image is ignored", async (t) => {
  const jpeg = await drawing(width, height).jpeg({ quality: 97 }).toBuffer();
  const actual = await prepareQuarters(t, withJpegProfile(jpeg, greyProfile(1)));
  assert.ok(largestDifference(actual, quarters) <= sizes.jpeg);
});

test("an RGB profile that is cut short is ignored or applied, never an error", async (t) => {
  const jpeg = await drawing(width, height).jpeg().toBuffer();
  const actual = await prepareQuarters(t, withJpegProfile(jpeg, rgbProfile(displayP3).subarray(0, 200)));
  assert.ok(largestDifference(actual, quarters) <= sizes.jpeg);
});

test("a grey image in linear light is sent in sRGB", async (t) => {
  const grey = await sharp({ create: { width, height, channels: 3, background: { r: 55, g: 55, b: 55 } } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  const [colour] = await prepareQuarters(t, embedProfile(grey, greyProfile(1)));
  // 55 / 255 of the light is 0.5029 in sRGB: 128.
  assert.ok(colour !== undefined && Math.abs(colour[0] - 128) <= 2 && colour[0] === colour[1], String(colour));
});

test("a CMYK JPEG, inverted as Adobe writes it, is sent in sRGB", async (t) => {
  const jpeg = await drawing(width, height).toColourspace("cmyk").jpeg({ quality: 97 }).toBuffer();
  const { space, channels } = await sharp(jpeg).metadata();
  assert.deepEqual({ space, channels }, { space: "cmyk", channels: 4 });
  assert.ok(jpeg.includes("Adobe"));
  const expected = await readQuarters(await sharp(jpeg).toColourspace("srgb").png().toBuffer());
  const actual = await prepareQuarters(t, jpeg);
  assert.ok(largestDifference(actual, expected) <= sizes.jpeg);
  // The printing colours are narrower than the screen's, so the round trip costs some; an inversion would cost everything.
  assert.ok(largestDifference(actual, quarters) <= 50, JSON.stringify(actual));
});

test("white and black stay white and black through CMYK", async (t) => {
  for (const [level, expected] of [
    [255, [255, 255, 255]],
    [0, [0, 0, 0]],
  ] as const) {
    const jpeg = await sharp({ create: { width, height, channels: 3, background: { r: level, g: level, b: level } } })
      .toColourspace("cmyk")
      .jpeg({ quality: 97 })
      .toBuffer();
    const [colour] = await prepareQuarters(t, jpeg);
    assert.ok(largestDifference([colour as Rgb], [expected]) <= 50, `${level} became ${String(colour)}`);
  }
});

test("a CMYK TIFF is sent in sRGB", async (t) => {
  const tiff = await drawing(width, height).toColourspace("cmyk").tiff({ compression: "lzw" }).toBuffer();
  assert.ok(largestDifference(await prepareQuarters(t, tiff), quarters) <= 50);
});

test("a Lab TIFF is sent in sRGB", async (t) => {
  const tiff = await drawing(width, height).toColourspace("lab").tiff({ compression: "none" }).toBuffer();
  assert.equal((await sharp(tiff).metadata()).space, "lab");
  assert.ok(largestDifference(await prepareQuarters(t, tiff), quarters) <= 5);
});

test("a picture is scaled down without bias: its mean colour stays", async (t) => {
  const images = openTestImages(t);
  const pixels = drawQuarters(width, height);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (pixels[at] ?? 0) ^ (at % 7 === 0 ? 0x18 : 0);
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const prepared = await images.prepare(await images.inspect(png, "image"), qwen, 100);
  const mean = async (image: Buffer): Promise<number[]> =>
    (await sharp(image).stats()).channels.map(({ mean }) => mean);
  const [before, after] = [await mean(png), await mean(prepared.jpeg)];
  for (const [at, value] of before.entries()) assert.ok(Math.abs(value - (after[at] ?? 0)) < 1.5);
});
