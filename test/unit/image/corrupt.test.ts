import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { getFamily } from "../../../src/families/index.ts";
import { GatewayError } from "../../../src/kernel/index.ts";
import { sniffFormat } from "../../../src/image/sniff.ts";
import type { Images } from "../../../src/image/index.ts";
import { openTestImages } from "../../support/open-images.ts";

const qwen = getFamily("qwen3-vl");

/** A drawing with enough detail that every part of the file matters. */
function detailed(width = 160, height = 224): ReturnType<typeof sharp> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (at * at * 31 + (at >> 7) * 57) & 255;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const files: Readonly<Record<string, Promise<Buffer>>> = {
  JPEG: detailed().jpeg().toBuffer(),
  "JPEG with metadata": detailed().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  "progressive JPEG": detailed(300, 200).jpeg({ progressive: true }).toBuffer(),
  PNG: detailed().png().toBuffer(),
  WebP: detailed().webp().toBuffer(),
  "WebP without loss": detailed().webp({ lossless: true, effort: 0 }).toBuffer(),
  AVIF: detailed().avif({ effort: 0 }).toBuffer(),
  GIF: detailed().gif({ effort: 1 }).toBuffer(),
  TIFF: detailed().tiff({ compression: "none" }).toBuffer(),
  "TIFF with LZW": detailed().tiff({ compression: "lzw" }).toBuffer(),
  HEIC: Promise.resolve(readFileSync("test/fixtures/heic/plain.heic")),
};

async function run(images: Images, bytes: Buffer): Promise<string> {
  try {
    await images.prepare(await images.inspect(bytes, "image"), qwen, 70);
    return "prepared";
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

describe("a file cut short is corrupt", () => {
  for (const [what, file] of Object.entries(files)) {
    test(what, async (t) => {
      const images = openTestImages(t);
      const bytes = await file;
      assert.equal(await run(images, bytes), "prepared");
      for (const share of [0.1, 0.5, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        assert.equal(await run(images, cut), "image_corrupt", `after ${share} of its bytes`);
      }
    });
  }
});

describe("a file of a signature and nothing else is corrupt", () => {
  for (const [what, file] of Object.entries(files)) {
    test(what, async (t) => {
      const bytes = await file;
      const start = bytes.subarray(0, what === "AVIF" || what === "HEIC" ? 32 : 12);
      assert.notEqual(sniffFormat(start), undefined);
      assert.equal(await run(openTestImages(t), start), "image_corrupt");
    });
  }
});

describe("a damaged file is corrupt or still an image, and never anything else", () => {
  for (const [what, file] of Object.entries(files)) {
    test(what, async (t) => {
      const images = openTestImages(t);
      const bytes = await file;
      await fc.assert(
        fc.asyncProperty(
          fc.nat(bytes.length - 1),
          fc.uint8Array({ minLength: 1, maxLength: 24 }),
          async (at, noise) => {
            const damaged = Buffer.from(bytes);
            damaged.set(noise.subarray(0, damaged.length - at), at);
            const outcome = await run(images, damaged);
            const expected = ["prepared", "image_corrupt", "image_too_many_pixels"];
            // Damage to the signature makes it no image at all.
            if (at < 32) expected.push("unsupported_media_type");
            assert.ok(expected.includes(outcome), outcome);
          },
        ),
        { numRuns: 15 },
      );
    });
  }
});

test("a hole in a scan that libjpeg notices is corrupt", async (t) => {
  const bytes = Buffer.from(await (files["progressive JPEG"] as Promise<Buffer>));
  const middle = Math.floor(bytes.length / 2);
  for (let at = 0; at < 300; at += 1) bytes[middle + at] = (at * 91 + 17) & 127;
  assert.equal(await run(openTestImages(t), bytes), "image_corrupt");
});

test("a scan header with the parameters that old phones write is no damage", async (t) => {
  const bytes = Buffer.from(await detailed(300, 200).jpeg().toBuffer());
  const scan = bytes.indexOf(Buffer.from([0xff, 0xda]));
  const spectralEnd = scan + 2 + 2 + 1 + 3 * 2 + 1;
  assert.equal(bytes[spectralEnd], 63);
  bytes[spectralEnd] = 0;
  assert.equal(await run(openTestImages(t), bytes), "prepared");
});

test("a PNG in a file named otherwise is judged by its bytes", async (t) => {
  const images = openTestImages(t);
  const upload = await images.inspect(await detailed().png().toBuffer(), "image");
  assert.equal(upload.format, "png");
});

test("what a decoder says stays out of the public detail", async (t) => {
  const images = openTestImages(t);
  const cut = (await (files["PNG"] as Promise<Buffer>)).subarray(0, 3000);
  const upload = await images.inspect(cut, "image");
  await assert.rejects(images.prepare(upload, qwen, 70), (error) => {
    assert.ok(error instanceof GatewayError);
    assert.doesNotMatch(error.message, /vips|libpng/i);
    assert.match(String(error.cause), /png/);
    return true;
  });
});
