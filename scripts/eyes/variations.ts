import sharp from "sharp";
import type { Sharp } from "sharp";
import type { Pixels } from "../../src/simulator/sighting.ts";
import { prepare } from "./photos.ts";

interface Variation {
  /** Shares cut off left, top, right, bottom. */
  cut?: readonly [number, number, number, number];
  degrees?: number;
  /** Stretch of width and height. */
  stretch?: readonly [number, number];
  gain?: number;
  quality?: number;
}

/** The same photo taken a little differently: what must not change the answer. The first is the photo itself. */
const variations: readonly Variation[] = [
  {},
  { cut: [0.04, 0.02, 0, 0.05], gain: 1.08, quality: 80 },
  { cut: [0, 0.05, 0.05, 0], gain: 0.9, quality: 90 },
  { degrees: 6 },
  { degrees: -6, gain: 1.05, quality: 85 },
  { stretch: [1.12, 1], gain: 0.95, quality: 85 },
  { stretch: [1, 1.12], quality: 80 },
  { cut: [0.03, 0.03, 0.03, 0.03], gain: 0.82 },
];

export async function prepareVariations(path: string): Promise<Pixels[]> {
  const original = await sharp(path).autoOrient().png({ compressionLevel: 0 }).toBuffer();
  const prepared: Pixels[] = [];
  for (const variation of variations) prepared.push(await prepare(await vary(original, variation), variation.quality));
  return prepared;
}

async function vary(original: Buffer, { cut, degrees, stretch, gain }: Variation): Promise<Buffer> {
  const { width, height } = await sharp(original).metadata();
  let image = sharp(original);
  if (cut) {
    const [left, top, right, bottom] = cut;
    image = image.extract({
      left: Math.round(width * left),
      top: Math.round(height * top),
      width: Math.round(width * (1 - left - right)),
      height: Math.round(height * (1 - top - bottom)),
    });
  }
  if (degrees !== undefined) image = await turn(original, degrees, width, height);
  if (stretch) image = image.resize(Math.round(width * stretch[0]), Math.round(height * stretch[1]), { fit: "fill" });
  if (gain !== undefined) image = image.linear(gain, 0);
  return image.png({ compressionLevel: 0 }).toBuffer();
}

/** Turned, and cut to nine tenths so that next to nothing of the empty corners is left. */
async function turn(original: Buffer, degrees: number, width: number, height: number): Promise<Sharp> {
  const turned = await sharp(original).rotate(degrees, { background: "#888" }).png({ compressionLevel: 0 }).toBuffer();
  const size = await sharp(turned).metadata();
  const area = { width: Math.round(width * 0.9), height: Math.round(height * 0.9) };
  const left = Math.round((size.width - area.width) / 2);
  return sharp(turned).extract({ left, top: Math.round((size.height - area.height) / 2), ...area });
}
