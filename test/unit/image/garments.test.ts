import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import sharp from "sharp";
import { getFamily } from "../../../src/families/index.ts";
import { openTestImages } from "../../support/open-images.ts";

const folder = "../shared/garments/photos";
const skip = existsSync(folder) ? false : `${folder} is not there: real photos are not tried`;

test("every real garment photo is prepared within the budget, in its own shape and colours", { skip }, async (t) => {
  const images = openTestImages(t, { quality: 88 });
  const qwen = getFamily("qwen3-vl");
  const mean = async (image: Buffer): Promise<number> =>
    (await sharp(image).stats()).channels.reduce((sum, channel) => sum + channel.mean / 3, 0);
  const files = readdirSync(folder).filter((file) => file.endsWith(".jpg"));
  assert.ok(files.length > 100);
  await Promise.all(
    files.map(async (file, at) => {
      const bytes = readFileSync(`${folder}/${file}`);
      const prepared = await images.prepare(await images.inspect(bytes, "front"), qwen, 300);
      assert.ok(prepared.visionTokens <= 300 && prepared.visionTokens > 120, file);
      const bend = prepared.sentWidth / prepared.sentHeight / (prepared.width / prepared.height);
      assert.ok(Math.abs(bend - 1) < 0.05, `${file} is bent by ${bend}`);
      // A look at the colours of every tenth: decoding the whole photo is what takes the time.
      if (at % 10 === 0) assert.ok(Math.abs((await mean(bytes)) - (await mean(prepared.jpeg))) < 2, file);
    }),
  );
});
