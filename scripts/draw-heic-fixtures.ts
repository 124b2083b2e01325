/**
 * Draws test/fixtures/heic/*.heic: `node scripts/draw-heic-fixtures.ts`. Nothing in Node writes HEIC, so it needs `heif-enc`
 * (Debian: libheif-examples). The files are committed; run it only to change them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { displayP3, rgbProfile, withJpegProfile } from "../test/support/icc.ts";
import { drawing, halfTransparent, orientedJpeg } from "../test/support/images.ts";

const [width, height] = [96, 64];
const jpeg = (): Promise<Buffer> => drawing(width, height).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();

const sources: Readonly<Record<string, { file: string; bytes: Promise<Buffer>; options?: string[] }>> = {
  plain: { file: "in.jpg", bytes: jpeg() },
  // As a phone writes it: EXIF says orientation 8, and so does the container's own rotation, added below.
  rotated: { file: "in.jpg", bytes: orientedJpeg(width, height, 8) },
  transparent: { file: "in.png", bytes: halfTransparent(width, height).png().toBuffer() },
  "display-p3": { file: "in.jpg", bytes: jpeg().then((bytes) => withJpegProfile(bytes, rgbProfile(displayP3))) },
  "ten-bit": {
    file: "in.png",
    bytes: drawing(width, height).toColourspace("rgb16").png().toBuffer(),
    options: ["-b", "10"],
  },
};

const folder = mkdtempSync(join(tmpdir(), "heic-fixtures-"));
for (const [name, { file, bytes, options = [] }] of Object.entries(sources)) {
  const input = join(folder, file);
  writeFileSync(input, await bytes);
  execFileSync("heif-enc", ["-q", "70", ...options, "-o", `test/fixtures/heic/${name}.heic`, input]);
}
rmSync(folder, { recursive: true });
const rotated = "test/fixtures/heic/rotated.heic";
writeFileSync(rotated, addRotation(readFileSync(rotated)));

/** heif-enc writes no `irot` (ISO/IEC 23008-12, 6.5.10): adds one of 90 degrees anticlockwise to the first item. */
function addRotation(heic: Buffer): Buffer {
  const irot = Buffer.from("\0\0\0\x09irot\x01", "latin1");
  const addedBytes = irot.length + 1;
  const start = (name: string): number => heic.indexOf(name, 0, "latin1") - 4;
  const grow = (box: string, bytes: number): unknown =>
    heic.writeUInt32BE(heic.readUInt32BE(start(box)) + bytes, start(box));

  // iloc, version 0: every item's data moves by what is added in front of it.
  const iloc = start("iloc");
  for (let item = 0, at = iloc + 16; item < heic.readUInt16BE(iloc + 14); item += 1) {
    heic.writeUInt32BE(heic.readUInt32BE(at + 4) + addedBytes, at + 4);
    at += 10 + heic.readUInt16BE(at + 8) * 8;
  }
  const ipcoEnd = start("ipco") + heic.readUInt32BE(start("ipco"));
  let properties = 1;
  for (let at = start("ipco") + 8; at < ipcoEnd; at += heic.readUInt32BE(at)) properties += 1;
  // ipma: the first entry gets one association more, marked essential.
  const count = start("ipma") + 18;
  const associationsEnd = count + 1 + heic.readUInt8(count);
  heic.writeUInt8(heic.readUInt8(count) + 1, count);
  grow("ipco", irot.length);
  grow("ipma", 1);
  grow("iprp", addedBytes);
  grow("meta", addedBytes);
  return Buffer.concat([
    heic.subarray(0, ipcoEnd),
    irot,
    heic.subarray(ipcoEnd, associationsEnd),
    Buffer.from([0x80 | properties]),
    heic.subarray(associationsEnd),
  ]);
}
