import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

// Blocking is for the whole process and for good, so it happens in one of its own.
const program = `
  import sharp from "sharp";
  import { blockUnneededDecoders } from "./src/image/index.ts";
  const pixels = () => sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } });
  const files = {
    jpeg: await pixels().jpeg().toBuffer(), png: await pixels().png().toBuffer(), webp: await pixels().webp().toBuffer(),
    avif: await pixels().avif().toBuffer(), gif: await pixels().gif().toBuffer(), tiff: await pixels().tiff().toBuffer(),
    svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'),
  };
  const opens = (input) => sharp(input).raw().toBuffer().then(() => true, () => false);
  const before = await opens(files.svg);
  blockUnneededDecoders();
  const after = {};
  for (const [name, bytes] of Object.entries(files)) after[name] = await opens(bytes);
  after.raw = await sharp(Buffer.alloc(192), { raw: { width: 8, height: 8, channels: 3 } }).raw().toBuffer().then(() => true);
  console.log(JSON.stringify({ before, after }));
`;

test("the decoders of other formats can be taken out of the process, and those of accepted ones stay", () => {
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(output), {
    before: true,
    after: { jpeg: true, png: true, webp: true, avif: true, gif: true, tiff: true, svg: false, raw: true },
  });
});
