import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { embedProfile, isSrgbProfile, profileSpace } from "../../../src/image/icc.ts";
import { adobeRgb, displayP3, encodeSrgb, greyProfile, rgbProfile, sRgb } from "../../support/icc.ts";
import { drawing } from "../../support/images.ts";

async function builtIn(name: "srgb" | "p3" | "cmyk"): Promise<Buffer> {
  const image = await drawing(8, 8).withIccProfile(name).jpeg().toBuffer();
  return (await sharp(image).metadata()).icc as Buffer;
}

test("libvips' own sRGB profile is sRGB", async () => {
  assert.equal(isSrgbProfile(await builtIn("srgb")), true);
});

test("an sRGB profile with a parametric curve is sRGB", () => {
  assert.equal(isSrgbProfile(rgbProfile(sRgb)), true);
});

test("an sRGB profile with a sampled curve is sRGB", () => {
  const samples = Array.from({ length: 1024 }, (_, at) => at / 1023);
  // The inverse of the encoding, found by bisection, so that the test does not repeat the code's own formula.
  const decode = (value: number): number => {
    let [low, high] = [0, 1];
    for (let step = 0; step < 40; step += 1) {
      const middle = (low + high) / 2;
      if (encodeSrgb(middle) < value) low = middle;
      else high = middle;
    }
    return low;
  };
  const curve = Buffer.alloc(12 + samples.length * 2);
  curve.write("curv", 0, "latin1");
  curve.writeUInt32BE(samples.length, 8);
  samples.forEach((value, at) => curve.writeUInt16BE(Math.round(decode(value) * 65_535), 12 + at * 2));
  assert.equal(isSrgbProfile(replaceCurves(rgbProfile(sRgb), curve)), true);
});

const others: [string, Buffer][] = [
  ["Display P3", rgbProfile(displayP3)],
  ["Adobe RGB", rgbProfile(adobeRgb)],
  ["sRGB's primaries with gamma 1.8", rgbProfile({ ...sRgb, curve: { gamma: 1.8 } })],
  ["a linear profile", rgbProfile({ ...sRgb, curve: { gamma: 1 } })],
  ["a grey profile", greyProfile(2.2)],
  ["nothing", Buffer.alloc(0)],
  ["a bare header", rgbProfile(sRgb).subarray(0, 132)],
];

for (const [what, icc] of others) {
  test(`${what} is not sRGB`, () => {
    assert.equal(isSrgbProfile(icc), false);
  });
}

test("libvips' own P3 and CMYK profiles are not sRGB", async () => {
  assert.equal(isSrgbProfile(await builtIn("p3")), false);
  assert.equal(isSrgbProfile(await builtIn("cmyk")), false);
});

test("a damaged profile is judged without throwing", () => {
  const icc = rgbProfile(sRgb);
  fc.assert(
    fc.property(fc.nat(icc.length - 1), fc.nat(255), fc.nat(icc.length), (at, value, length) => {
      const damaged = Buffer.from(icc);
      damaged[at] = value;
      isSrgbProfile(damaged.subarray(0, length));
      profileSpace(damaged.subarray(0, length));
    }),
    { numRuns: 5000 },
  );
});

test("an embedded profile is read back byte for byte, and the pixels stay", async () => {
  const png = await drawing(16, 16).png({ compressionLevel: 0 }).toBuffer();
  const icc = rgbProfile(adobeRgb);
  const tagged = embedProfile(png, icc);
  assert.deepEqual((await sharp(tagged).metadata()).icc, icc);
  const pixels = (image: Buffer): Promise<Buffer> => sharp(image, { ignoreIcc: true }).raw().toBuffer();
  assert.deepEqual(await pixels(tagged), await pixels(png));
});

/** Appends a curve to a profile and points its three curve tags at it. */
function replaceCurves(icc: Buffer, curve: Buffer): Buffer {
  const whole = Buffer.concat([icc, curve]);
  for (const name of ["rTRC", "gTRC", "bTRC"]) {
    const entry = whole.indexOf(name, 128, "latin1");
    whole.writeUInt32BE(icc.length, entry + 4);
    whole.writeUInt32BE(curve.length, entry + 8);
  }
  return whole;
}
