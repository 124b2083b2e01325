import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import sharp from "sharp";
import type { Sharp } from "sharp";
import { getFamily } from "../../../src/families/index.ts";
import type { ImageFormat } from "../../../src/image/index.ts";
import {
  drawing,
  halfTransparent,
  largestDifference,
  orientedJpeg,
  quarters,
  readQuarters,
  twoPages,
} from "../../support/images.ts";
import type { Rgb } from "../../support/images.ts";
import { openTestImages } from "../../support/open-images.ts";

const qwen = getFamily("qwen3-vl");
const white: Rgb = [255, 255, 255];
const blank = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: "#456" } });
/** JPEG at 95 with halved chroma moves flat colours by no more than this. */
const jpegError = 4;

const inEveryFormat: readonly [string, ImageFormat, Promise<Buffer>][] = [
  ["a JPEG", "jpeg", drawing(480, 320).jpeg({ quality: 95 }).toBuffer()],
  ["a progressive JPEG", "jpeg", drawing(480, 320).jpeg({ quality: 95, progressive: true }).toBuffer()],
  ["a PNG", "png", drawing(480, 320).png().toBuffer()],
  ["a PNG with a palette", "png", drawing(480, 320).png({ palette: true }).toBuffer()],
  ["a PNG of 16 bits", "png", drawing(480, 320).toColourspace("rgb16").png().toBuffer()],
  ["a WebP", "webp", drawing(480, 320).webp({ quality: 95 }).toBuffer()],
  ["a WebP without loss", "webp", drawing(480, 320).webp({ lossless: true }).toBuffer()],
  ["an AVIF", "avif", drawing(480, 320).avif({ quality: 90, effort: 0 }).toBuffer()],
  ["a GIF", "gif", drawing(480, 320).gif().toBuffer()],
  ["the first frame of an animated GIF", "gif", twoPages(480, 320).then((pages) => pages.gif().toBuffer())],
  ["the first frame of an animated WebP", "webp", twoPages(480, 320).then((pages) => pages.webp().toBuffer())],
  ["a TIFF", "tiff", drawing(480, 320).tiff({ compression: "lzw" }).toBuffer()],
  ["a TIFF of 16 bits", "tiff", drawing(480, 320).toColourspace("rgb16").tiff({ compression: "none" }).toBuffer()],
  ["the first page of a TIFF", "tiff", twoPages(480, 320).then((pages) => pages.tiff().toBuffer())],
  ["a HEIC", "heic", Promise.resolve(readFileSync("test/fixtures/heic/plain.heic"))],
  ["a HEIC of 10 bits", "heic", Promise.resolve(readFileSync("test/fixtures/heic/ten-bit.heic"))],
  ["a HEIC with a rotation of its own", "heic", Promise.resolve(readFileSync("test/fixtures/heic/rotated.heic"))],
];

describe("a prepared image", () => {
  for (const [what, format, upload] of inEveryFormat) {
    test(`shows ${what} as it is`, async (t) => {
      const images = openTestImages(t);
      const inspected = await images.inspect(await upload, "front");
      assert.equal(inspected.format, format);
      const prepared = await images.prepare(inspected, qwen, 300);
      assert.ok(largestDifference(await readQuarters(prepared.jpeg), quarters) <= jpegError);
    });
  }

  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(`is upright where the EXIF orientation is ${orientation}`, async (t) => {
      const images = openTestImages(t);
      // Large enough for the decoder's own shrinking, which works on the image as it lies.
      const upload = await images.inspect(await orientedJpeg(1200, 800, orientation), "image");
      const prepared = await images.prepare(upload, qwen, 70);
      assert.deepEqual([prepared.sentWidth, prepared.sentHeight], [320, 224]);
      assert.ok(largestDifference(await readQuarters(prepared.jpeg), quarters) <= jpegError);
    });
  }

  for (const format of ["png", "webp", "tiff"] as const) {
    test(`is upright where a ${format} carries an EXIF orientation`, async (t) => {
      const images = openTestImages(t);
      const lying = await orientedJpeg(480, 320, 6);
      const bytes = await sharp(lying).keepMetadata().toFormat(format, { quality: 95 }).toBuffer();
      const upload = await images.inspect(bytes, "image");
      assert.deepEqual([upload.width, upload.height], [480, 320]);
      const prepared = await images.prepare(upload, qwen, 300);
      assert.ok(largestDifference(await readQuarters(prepared.jpeg), quarters) <= jpegError);
    });
  }

  const flattened: readonly [string, Promise<Buffer>][] = [
    ["PNG", halfTransparent(480, 320).png().toBuffer()],
    ["16-bit PNG", halfTransparent(480, 320).toColourspace("rgb16").png().toBuffer()],
    ["WebP", halfTransparent(480, 320).webp({ lossless: true }).toBuffer()],
    ["AVIF", halfTransparent(480, 320).avif({ quality: 90, effort: 0 }).toBuffer()],
    ["GIF", halfTransparent(480, 320).gif().toBuffer()],
    ["TIFF", halfTransparent(480, 320).tiff({ compression: "lzw" }).toBuffer()],
    ["HEIC", Promise.resolve(readFileSync("test/fixtures/heic/transparent.heic"))],
  ];
  for (const [what, upload] of flattened) {
    test(`is on white where a ${what} is transparent`, async (t) => {
      const images = openTestImages(t);
      const prepared = await images.prepare(await images.inspect(await upload, "image"), qwen, 300);
      const expected = [quarters[0], white, quarters[2], white];
      assert.ok(largestDifference(await readQuarters(prepared.jpeg), expected) <= jpegError);
    });
  }

  test("is a JPEG of three sRGB channels without metadata, of exactly the planned size", async (t) => {
    const images = openTestImages(t);
    const upload = await images.inspect(await orientedJpeg(900, 600, 6), "image");
    const { jpeg, sentWidth, sentHeight } = await images.prepare(upload, qwen, 300);
    const { format, channels, space, exif, icc, xmp, iptc, orientation, width, height } = await sharp(jpeg).metadata();
    assert.deepEqual({ format, channels, space }, { format: "jpeg", channels: 3, space: "srgb" });
    assert.deepEqual([exif, icc, xmp, iptc, orientation], [undefined, undefined, undefined, undefined, undefined]);
    assert.deepEqual([width, height], [sentWidth, sentHeight]);
  });

  test("has three channels where the upload is grey", async (t) => {
    const images = openTestImages(t);
    const grey = await drawing(480, 320).greyscale().toColourspace("b-w").png().toBuffer();
    const prepared = await images.prepare(await images.inspect(grey, "image"), qwen, 300);
    assert.equal((await sharp(prepared.jpeg).metadata()).channels, 3);
    const expected = await readQuarters(await drawing(480, 320).greyscale().toColourspace("srgb").png().toBuffer());
    assert.ok(largestDifference(await readQuarters(prepared.jpeg), expected) <= jpegError);
  });

  test("tells what came and what is sent", async (t) => {
    const images = openTestImages(t);
    const upload = await images.inspect(await blank(3024, 4032).jpeg().toBuffer(), "back");
    const { jpeg, ...told } = await images.prepare(upload, qwen, 300);
    assert.ok(jpeg.length > 0);
    assert.deepEqual(told, {
      view: "back",
      format: "jpeg",
      sha256: upload.sha256,
      width: 3024,
      height: 4032,
      sentWidth: 480,
      sentHeight: 640,
      visionTokens: 300,
      isUntouched: false,
    });
  });

  test("is letterboxed on white for a family of square tiles", async (t) => {
    const images = openTestImages(t);
    const upload = await images.inspect(await drawing(600, 900).png().toBuffer(), "image");
    const prepared = await images.prepare(upload, getFamily("internvl3"), 300);
    assert.deepEqual([prepared.sentWidth, prepared.sentHeight], [448, 448]);
    const { data, info } = await sharp(prepared.jpeg).raw().toBuffer({ resolveWithObject: true });
    const pixel = (x: number, y: number): Rgb => {
      const at = (y * info.width + x) * 3;
      return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
    };
    // 600x900 becomes 299x448, so about 74 columns on either side are padding.
    assert.ok(largestDifference([pixel(30, 224), pixel(418, 100)], [white, white]) <= jpegError);
    const middle = [pixel(149, 112), pixel(299, 112), pixel(149, 336), pixel(299, 336)];
    assert.ok(largestDifference(middle, quarters) <= jpegError);
  });

  test("of a strip of one pixel is a canvas, not an error", async (t) => {
    const images = openTestImages(t);
    const upload = await images.inspect(await drawing(1, 20_000).png().toBuffer(), "image");
    const prepared = await images.prepare(upload, qwen, 300);
    const { width, height } = await sharp(prepared.jpeg).metadata();
    assert.deepEqual([width, height], [prepared.sentWidth, prepared.sentHeight]);
    assert.ok(prepared.visionTokens <= 300);
  });

  test("of one pixel is the family's smallest", async (t) => {
    const images = openTestImages(t);
    const prepared = await images.prepare(
      await images.inspect(await drawing(1, 1).png().toBuffer(), "image"),
      qwen,
      300,
    );
    assert.deepEqual([prepared.sentWidth, prepared.sentHeight, prepared.visionTokens], [256, 256, 64]);
  });
});

describe("an image that is right already", () => {
  for (const progressive of [false, true]) {
    test(`passes untouched as a ${progressive ? "progressive" : "baseline"} JPEG`, async (t) => {
      const images = openTestImages(t);
      const bytes = await drawing(480, 640).jpeg({ progressive }).toBuffer();
      const prepared = await images.prepare(await images.inspect(bytes, "image"), qwen, 300);
      assert.equal(prepared.isUntouched, true);
      assert.equal(prepared.jpeg, bytes);
      assert.deepEqual([prepared.sentWidth, prepared.sentHeight, prepared.visionTokens], [480, 640, 300]);
    });
  }

  const changed: readonly [string, Promise<Buffer>, number][] = [
    ["over the budget", drawing(480, 640).jpeg().toBuffer(), 299],
    ["off the grid", drawing(481, 640).jpeg().toBuffer(), 300],
    ["with metadata", orientedJpeg(480, 640, 1), 300],
    ["in grey", drawing(480, 640).toColourspace("b-w").jpeg().toBuffer(), 300],
    ["as a PNG", drawing(480, 640).png().toBuffer(), 300],
  ];
  for (const [what, upload, budget] of changed) {
    test(`is encoded again ${what}`, async (t) => {
      const images = openTestImages(t);
      const bytes = await upload;
      const prepared = await images.prepare(await images.inspect(bytes, "image"), qwen, budget);
      assert.equal(prepared.isUntouched, false);
      assert.notDeepEqual(prepared.jpeg, bytes);
    });
  }
});

test("a preparation whose caller has gone does not start", async (t) => {
  const images = openTestImages(t);
  const upload = await images.inspect(await drawing(480, 320).png().toBuffer(), "image");
  const gone = new Error("gone");
  await assert.rejects(images.prepare(upload, qwen, 300, AbortSignal.abort(gone)), gone);
});

test("a preparation that waits for its turn leaves the queue when its caller goes", async (t) => {
  const images = openTestImages(t, { concurrency: 1 });
  const upload = await images.inspect(await blank(2000, 2000).png().toBuffer(), "image");
  const caller = new AbortController();
  const first = images.prepare(upload, qwen, 300);
  const second = images.prepare(upload, qwen, 300, caller.signal);
  caller.abort(new Error("gone"));
  await assert.rejects(second, /gone/);
  assert.equal((await first).visionTokens, 289);
});

test("who waits for a preparation under way is told at once when its deadline passes", async (t) => {
  const images = openTestImages(t, { concurrency: 1 });
  const upload = await images.inspect(await blank(2000, 2000).png().toBuffer(), "image");
  const caller = new AbortController();
  // The turn is free, so this one is being decoded when the abort comes, and cannot be stopped.
  const running = images.prepare(upload, qwen, 300, caller.signal);
  await new Promise((resolve) => setImmediate(resolve));
  caller.abort(new Error("late"));
  await assert.rejects(running, /late/);
  assert.equal((await images.prepare(upload, qwen, 300)).visionTokens, 289, "its turn comes back when it is done");
});

test("the observer hears of every preparation, untouched ones included", async (t) => {
  const heard: [string, number, number][] = [];
  const images = openTestImages(t, {
    observe: {
      prepared: (format, _durationMs, sentBytes, visionTokens) => void heard.push([format, sentBytes, visionTokens]),
    },
  });
  const png = await images.prepare(await images.inspect(await drawing(480, 640).png().toBuffer(), "image"), qwen, 300);
  const jpeg = await images.prepare(
    await images.inspect(await drawing(480, 640).jpeg().toBuffer(), "image"),
    qwen,
    300,
  );
  assert.deepEqual(heard, [
    ["png", png.jpeg.length, 300],
    ["jpeg", jpeg.jpeg.length, 300],
  ]);
});
