import sharp from "sharp";
import type { Random } from "../../src/kernel/index.ts";
import { toPicture } from "./request.ts";
import type { Picture } from "./request.ts";

/**
 * What callers send, by share. No trace of real traffic was at hand: these shares are an assumption (phone photos, mostly
 * scaled down by the app that sends them), to be replaced by your own.
 */
const shares = [
  { format: "as-is", share: 0.5 },
  { format: "jpeg", width: 1536, share: 0.22 },
  { format: "jpeg", width: 3024, share: 0.06 },
  { format: "png", width: 600, share: 0.05 },
  { format: "webp", width: 1080, share: 0.09 },
  { format: "avif", width: 480, share: 0.04 },
  { format: "gif", width: 400, share: 0.02 },
  { format: "tiff", width: 600, share: 0.02 },
] as const;

/** Draws a photo in a size and format that is as frequent as in `shares`. */
export type NextPicture = (original: Picture) => Picture;

/** Makes each format once of each original, before the load: encoding must not take the machine's time during it. */
export async function prepareVariants(originals: readonly Picture[], random: Random): Promise<NextPicture> {
  const made = new Map<(typeof shares)[number], Picture[]>();
  for (const wanted of shares) {
    if (wanted.format === "as-is") continue;
    const { format, width } = wanted;
    const pictures: Picture[] = [];
    for (const { view, data } of originals) {
      const pipeline = sharp(data).rotate().resize({ width }).toFormat(format, { effort: 1, quality: 85 });
      pictures.push(toPicture(view, await pipeline.toBuffer()));
    }
    made.set(wanted, pictures);
  }
  let turn = 0;
  return (original) => {
    let drawn = random();
    const chosen = shares.find(({ share }) => (drawn -= share) < 0) ?? shares[0];
    const pictures = made.get(chosen);
    if (pictures === undefined) return original;
    turn += 1;
    return pictures[turn % pictures.length] as Picture;
  };
}
