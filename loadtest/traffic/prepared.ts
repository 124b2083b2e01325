import { readFileSync } from "node:fs";
import { getFamily } from "../../src/families/index.ts";
import { openImages } from "../../src/image/index.ts";
import type { NextUpload } from "./crowd.ts";
import { createUpload, toPicture } from "./request.ts";
import type { Garment } from "./samples.ts";

/** Callers who have little time: what cannot be answered soon must be refused at once. */
const hurriedDeadlineMs = 4000;
/** Small, so that two cores can move enough of them. */
const visionTokens = 96;
const maxGarments = 24;
/** A JFIF segment without a thumbnail (version 1.2, no unit). */
const jfif = Buffer.from("ffe000104a46494600010200000000000000", "hex");
const startOfImageBytes = 2;
/** Where the pixel density then stands in the file: 32 bits that no decoder looks at. */
const densityOffset = 14;

/**
 * Photos that lie on the model's grid already, each with bytes of its own: the gateway passes them on as they are, no cache
 * knows them, and what is measured is how it admits and routes, not how fast this machine resizes.
 */
export async function createPreparedTraffic(garments: readonly Garment[]): Promise<NextUpload> {
  const images = openImages({ maxBytes: 26_214_400, maxPixels: 50_000_000, quality: 80 });
  const family = getFamily("qwen3-vl");
  const jpegs: Buffer[] = [];
  for (const { photos } of garments.slice(0, maxGarments)) {
    const original = readFileSync((photos[0] as Garment["photos"][number]).file);
    const { jpeg } = await images.prepare(await images.inspect(original, "image"), family, visionTokens);
    jpegs.push(Buffer.concat([jpeg.subarray(0, startOfImageBytes), jfif, jpeg.subarray(startOfImageBytes)]));
  }
  await images.close();
  let count = 0;
  return () => {
    const photo = Buffer.from(jpegs[count % jpegs.length] as Buffer);
    count += 1;
    photo.writeUInt32BE(count, densityOffset);
    return createUpload("raw", [toPicture("image", photo)], {
      sampleId: `load-${count}`,
      deadlineMs: hurriedDeadlineMs,
      visionTokens,
    });
  };
}
