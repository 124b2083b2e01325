import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { drawing, orientedJpeg, pngDeclaring } from "../../support/images.ts";
import { openTestImages } from "../../support/open-images.ts";

test("an upload keeps its view and bytes and gets its format, size and digest", async (t) => {
  const bytes = await drawing(120, 80).png().toBuffer();
  const upload = await openTestImages(t).inspect(bytes, "tag");
  assert.equal(upload.view, "tag");
  assert.equal(upload.bytes, bytes);
  assert.equal(upload.format, "png");
  assert.deepEqual([upload.width, upload.height], [120, 80]);
  assert.equal(upload.sha256, createHash("sha256").update(bytes).digest("hex"));
});

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`the size is the one after orientation ${orientation}`, async (t) => {
    const upload = await openTestImages(t).inspect(await orientedJpeg(120, 80, orientation), "image");
    assert.deepEqual([upload.width, upload.height], [120, 80]);
  });
}

test("a rotation inside of a HEIC counts and the EXIF beside it does not", async (t) => {
  const upload = await openTestImages(t).inspect(readFileSync("test/fixtures/heic/rotated.heic"), "image");
  assert.deepEqual([upload.format, upload.width, upload.height], ["heic", 96, 64]);
});

test("an image with one byte more than the limit is too large", async (t) => {
  const bytes = await drawing(64, 64).png().toBuffer();
  const images = openTestImages(t, { maxBytes: bytes.length - 1 });
  await assert.rejects(images.inspect(bytes, "image"), { code: "image_too_large", status: 413, retryable: false });
  const exact = openTestImages(t, { maxBytes: bytes.length });
  assert.equal((await exact.inspect(bytes, "image")).format, "png");
});

test("bytes that are no image are refused with the list of what is accepted", async (t) => {
  const images = openTestImages(t);
  await assert.rejects(images.inspect(Buffer.from("<svg/>"), "image"), {
    code: "unsupported_media_type",
    status: 415,
    retryable: false,
    message: /JPEG, PNG, WebP, AVIF, GIF, TIFF, HEIC/,
  });
});

test("an image with one pixel more than the limit has too many", async (t) => {
  const bytes = await drawing(100, 100).webp().toBuffer();
  await assert.rejects(openTestImages(t, { maxPixels: 9999 }).inspect(bytes, "image"), {
    code: "image_too_many_pixels",
    status: 422,
    retryable: false,
    message: /100x100.*9999/,
  });
  assert.equal((await openTestImages(t, { maxPixels: 10_000 }).inspect(bytes, "image")).width, 100);
});

test("a side may have 65535 pixels and not one more", async (t) => {
  const images = openTestImages(t);
  const strip = async (width: number) => pngDeclaring(width, 1, await drawing(4, 4).png().toBuffer());
  assert.equal((await images.inspect(await strip(65_535), "image")).width, 65_535);
  await assert.rejects(images.inspect(await strip(65_536), "image"), { code: "image_too_many_pixels", status: 422 });
});

test("a PNG that declares 60000x60000 is refused by its header, before anything is decoded", async (t) => {
  const bomb = pngDeclaring(60_000, 60_000, await drawing(4, 4).png().toBuffer());
  // Its pixels are missing: had they been asked for, the error would be image_corrupt.
  await assert.rejects(openTestImages(t).inspect(bomb, "image"), {
    code: "image_too_many_pixels",
    message: /60000x60000/,
  });
});

test("a plain JPEG is limited in pixels too", async (t) => {
  const bytes = await drawing(100, 100).jpeg().toBuffer();
  await assert.rejects(openTestImages(t, { maxPixels: 9999 }).inspect(bytes, "image"), {
    code: "image_too_many_pixels",
  });
});

test("a HEIC is limited in pixels by its header", async (t) => {
  const bytes = readFileSync("test/fixtures/heic/plain.heic");
  await assert.rejects(openTestImages(t, { maxPixels: 6143 }).inspect(bytes, "image"), {
    code: "image_too_many_pixels",
    message: /96x64/,
  });
});

test("the observer hears of every recognised upload", async (t) => {
  const heard: [string, number][] = [];
  const images = openTestImages(t, { observe: { uploaded: (format, bytes) => void heard.push([format, bytes]) } });
  const bytes = await drawing(64, 64).gif().toBuffer();
  await images.inspect(bytes, "image");
  await images.inspect(Buffer.from("%PDF"), "image").catch(() => undefined);
  assert.deepEqual(heard, [["gif", bytes.length]]);
});
