import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readPlainJpeg } from "../../../src/image/plain-jpeg.ts";
import { sRgb, rgbProfile, withJpegProfile } from "../../support/icc.ts";
import { drawing, orientedJpeg } from "../../support/images.ts";

const baseline = drawing(96, 64).jpeg().toBuffer();

test("a baseline JPEG without metadata is plain", async () => {
  assert.deepEqual(readPlainJpeg(await baseline), { width: 96, height: 64 });
});

test("a progressive JPEG without metadata is plain", async () => {
  const bytes = await drawing(96, 64).jpeg({ progressive: true }).toBuffer();
  assert.deepEqual(readPlainJpeg(bytes), { width: 96, height: 64 });
});

test("a JPEG with restart markers is plain", async () => {
  const bytes = await drawing(96, 64).jpeg({ mozjpeg: false, optimiseCoding: false }).toBuffer();
  const scan = bytes.indexOf(Buffer.from([0xff, 0xda]));
  const interval = Buffer.from([0xff, 0xdd, 0, 4, 0, 6]);
  const withInterval = Buffer.concat([bytes.subarray(0, scan), interval, bytes.subarray(scan)]);
  const restart = Buffer.concat([withInterval.subarray(0, -2), Buffer.from([0xff, 0xd0]), withInterval.subarray(-2)]);
  assert.deepEqual(readPlainJpeg(restart), { width: 96, height: 64 });
});

const others: [string, Promise<Buffer>][] = [
  ["an EXIF orientation", orientedJpeg(96, 64, 1)],
  ["a colour profile", baseline.then((bytes) => withJpegProfile(bytes, rgbProfile(sRgb)))],
  ["a comment", baseline.then((bytes) => insertAfterStart(bytes, [0xff, 0xfe, 0, 4, 65, 66]))],
  ["bytes after its end", baseline.then((bytes) => Buffer.concat([bytes, Buffer.from("x")]))],
  ["one channel", drawing(96, 64).greyscale().toColourspace("b-w").jpeg().toBuffer()],
  ["four channels", drawing(96, 64).toColourspace("cmyk").jpeg().toBuffer()],
  ["an Adobe segment", baseline.then((bytes) => insertAfterStart(bytes, [0xff, 0xee, 0, 4, 65, 66]))],
];

for (const [what, bytes] of others) {
  test(`a JPEG with ${what} is not plain`, async () => {
    const jpeg = await bytes;
    assert.equal((await sharp(jpeg).metadata()).format, "jpeg");
    assert.equal(readPlainJpeg(jpeg), undefined);
  });
}

test("no beginning of a JPEG is plain", async () => {
  const bytes = await baseline;
  for (let length = 0; length < bytes.length; length += 1) {
    assert.equal(readPlainJpeg(bytes.subarray(0, length)), undefined, `${length} of ${bytes.length} bytes`);
  }
});

test("arbitrary bytes never make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readPlainJpeg(Buffer.from([0xff, 0xd8, 0xff, ...bytes]));
    }),
    { numRuns: 5000 },
  );
});

test("a JPEG with any byte changed never makes it throw", async () => {
  const bytes = await baseline;
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = value;
      readPlainJpeg(damaged);
    }),
    { numRuns: 5000 },
  );
});

function insertAfterStart(bytes: Buffer, segment: number[]): Buffer {
  return Buffer.concat([bytes.subarray(0, 2), Buffer.from(segment), bytes.subarray(2)]);
}
