import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sniffFormat } from "../../../src/image/sniff.ts";
import type { ImageFormat } from "../../../src/image/sniff.ts";
import { drawing } from "../../support/images.ts";

const encoded: Readonly<Record<ImageFormat, Promise<Buffer>>> = {
  jpeg: drawing(16, 16).jpeg().toBuffer(),
  png: drawing(16, 16).png().toBuffer(),
  webp: drawing(16, 16).webp().toBuffer(),
  avif: drawing(16, 16).avif({ effort: 0 }).toBuffer(),
  gif: drawing(16, 16).gif().toBuffer(),
  tiff: drawing(16, 16).tiff().toBuffer(),
  heic: Promise.resolve(readFileSync("test/fixtures/heic/plain.heic")),
};

for (const [format, bytes] of Object.entries(encoded)) {
  test(`${format} is recognised by its bytes`, async () => {
    assert.equal(sniffFormat(await bytes), format);
  });
}

/** A `ftyp` box with a main brand and others. */
function brands(main: string, ...others: string[]): Buffer {
  const box = Buffer.from(`\0\0\0\0ftyp${main}\0\0\0\0${others.join("")}`, "latin1");
  box.writeUInt32BE(box.length, 0);
  return Buffer.concat([box, Buffer.from("\0\0\0\x08free", "latin1")]);
}

const containers: [Buffer, ImageFormat | undefined, string][] = [
  [brands("mif1", "avif", "miaf"), "avif", "an AVIF that leads with mif1"],
  [brands("mif1", "heic", "miaf"), "heic", "a HEIC that leads with mif1"],
  [brands("heic", "mif1"), "heic", "an iPhone's HEIC"],
  [brands("mif1"), "heic", "HEIF that does not say what is inside"],
  [brands("isom", "avc1", "mp41"), undefined, "a film"],
  [brands("crx ", "isom"), undefined, "a raw file of a Canon camera"],
];

for (const [bytes, format, what] of containers) {
  test(`${what} is ${format ?? "not accepted"}`, () => {
    assert.equal(sniffFormat(bytes), format);
  });
}

const refused: [string, string][] = [
  ["SVG", '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'],
  ["SVG with a declaration", '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
  ["PDF", "%PDF-1.7\n"],
  ["BMP", "BM\x46\0\0\0\0\0\0\0"],
  ["a web page", "<!doctype html><title>404</title>"],
  ["JPEG XL", "\xff\x0a\xfa\x7f"],
  ["JPEG 2000", "\0\0\0\x0cjP  \r\n\x87\n"],
  ["a WAV file", "RIFF\x24\0\0\0WAVEfmt "],
  ["two bytes of a JPEG", "\xff\xd8"],
  ["nothing", ""],
];

for (const [what, text] of refused) {
  test(`${what} is not accepted`, () => {
    assert.equal(sniffFormat(Buffer.from(text, "latin1")), undefined);
  });
}
