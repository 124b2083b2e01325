/** Draws the images that tests upload: four coloured quarters, in every format, orientation and colour space. */
import { crc32 as crc } from "node:zlib";
import sharp from "sharp";
import type { Sharp } from "sharp";

export type Rgb = readonly [number, number, number];

/** The quarters of a drawing: top left, top right, bottom left, bottom right. Not symmetric in any way. */
export const quarters: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [200, 40, 40],
  [40, 160, 60],
  [50, 60, 180],
  [220, 200, 60],
];

/** Raw RGB pixels of a drawing. */
export function drawQuarters(width: number, height: number): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const quarter = (y * 2 < height ? 0 : 2) + (x * 2 < width ? 0 : 1);
      pixels.set(quarters[quarter] as Rgb, (y * width + x) * 3);
    }
  }
  return pixels;
}

/** A drawing, to be encoded as any format: `drawing(640, 480).webp().toBuffer()`. */
export function drawing(width: number, height: number): Sharp {
  return sharp(drawQuarters(width, height), { raw: { width, height, channels: 3 } });
}

/** A JPEG of a drawing as a camera holding the phone that way would store it: upright again once `orientation` is applied. */
export async function orientedJpeg(width: number, height: number, orientation: number): Promise<Buffer> {
  const upright = drawQuarters(width, height);
  const isTurned = orientation >= 5;
  const [storedWidth, storedHeight] = isTurned ? [height, width] : [width, height];
  const stored = Buffer.alloc(upright.length);
  for (let y = 0; y < storedHeight; y += 1) {
    for (let x = 0; x < storedWidth; x += 1) {
      const [ux, uy] = uprightPosition(orientation, x, y, width, height);
      const from = (uy * width + ux) * 3;
      upright.copy(stored, (y * storedWidth + x) * 3, from, from + 3);
    }
  }
  return sharp(stored, { raw: { width: storedWidth, height: storedHeight, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg({ quality: 92, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

/** Where a stored pixel belongs (EXIF 2.32, tag 274: what row 0 and column 0 of the file are in the scene). */
function uprightPosition(
  orientation: number,
  x: number,
  y: number,
  width: number,
  height: number,
): readonly [number, number] {
  const [right, bottom] = [width - 1, height - 1];
  switch (orientation) {
    case 2:
      return [right - x, y];
    case 3:
      return [right - x, bottom - y];
    case 4:
      return [x, bottom - y];
    case 5:
      return [y, x];
    case 6:
      return [right - y, x];
    case 7:
      return [right - y, bottom - x];
    case 8:
      return [y, bottom - x];
    default:
      return [x, y];
  }
}

/** Two frames or pages, the first the drawing, the second black. */
export async function twoPages(width: number, height: number): Promise<Sharp> {
  const first = await drawing(width, height).png().toBuffer();
  const second = await sharp({ create: { width, height, channels: 3, background: "#000" } })
    .png()
    .toBuffer();
  return sharp([first, second], { join: { animated: true } });
}

/** The drawing with its right half fully transparent over black. */
export function halfTransparent(width: number, height: number): Sharp {
  const rgb = drawQuarters(width, height);
  const pixels = Buffer.alloc(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    if ((at % width) * 2 >= width) continue;
    rgb.copy(pixels, at * 4, at * 3, at * 3 + 3);
    pixels[at * 4 + 3] = 255;
  }
  return sharp(pixels, { raw: { width, height, channels: 4 } });
}

/** A PNG that declares a size and holds one row of it at most. */
export function pngDeclaring(width: number, height: number, small: Buffer): Buffer {
  const png = Buffer.from(small);
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc(png.subarray(12, 29)), 29);
  return png;
}

/** The colours at the middle of each quarter of an encoded image. */
export async function readQuarters(image: Buffer): Promise<Rgb[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x = 0, y = 0]) => {
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1];
  });
}

/** The largest difference of any channel of any quarter. */
export function largestDifference(actual: readonly Rgb[], expected: readonly Rgb[]): number {
  return Math.max(
    ...actual.flatMap((colour, at) => colour.map((value, c) => Math.abs(value - (expected[at]?.[c] ?? 999)))),
  );
}
