import { readFileSync } from "node:fs";
import { getFamily } from "../../src/families/index.ts";
import { openImages } from "../../src/image/index.ts";

/** Photos, each other bytes than all before: no cache of images, prompts or answers knows any of them. */
export interface Photos {
  next(): Buffer;
  /** Begins again with the first garment, so that two sides are asked about the same ones; the bytes are new all the same. */
  rewind(): void;
}

const sources = ["000", "007", "015", "024", "036", "050"].map((name) => `samples/garments/${name}-front.jpg`);
/** Of each photo, where nothing else is asked for; small, so that two cores can move enough of them. */
const fewTokens = 96;
/** A JFIF segment without a thumbnail (version 1.2, no unit). */
const jfif = Buffer.from("ffe000104a46494600010200000000000000", "hex");
const startOfImageBytes = 2;
/** Where the pixel density then stands in the file: 32 bits that no decoder looks at. */
const densityOffset = 14;

/**
 * Prepares the project's own samples once, so that they lie on the model's grid already: the gateway passes them on as they are
 * and the bench measures how it routes, not how sharp resizes.
 */
export async function preparePhotos(visionTokens = fewTokens): Promise<Photos> {
  const images = openImages({ maxBytes: 10_000_000, maxPixels: 50_000_000, quality: 80 });
  const family = getFamily("qwen3-vl");
  const jpegs = await Promise.all(
    sources.map(async (file) => {
      const small = await images.prepare(await images.inspect(readFileSync(file), "image"), family, visionTokens);
      const head = small.jpeg.subarray(0, startOfImageBytes);
      const photo = Buffer.concat([head, jfif, small.jpeg.subarray(startOfImageBytes)]);
      const again = await images.prepare(await images.inspect(photo, "image"), family, visionTokens);
      if (!again.isUntouched) throw new Error(`${file}: its prepared form is not passed on untouched`);
      return photo;
    }),
  );
  await images.close();
  let count = 0;
  let garment = 0;
  return {
    next() {
      const photo = Buffer.from(jpegs[garment % jpegs.length] as Buffer);
      garment += 1;
      count += 1;
      photo.writeUInt32BE(count, densityOffset);
      return photo;
    },
    rewind() {
      garment = 0;
    },
  };
}
