import sharp from "sharp";
import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";

/** What the camera adds: a slanted view, uneven light, a colour cast, grain, a little blur. */
export interface Shot {
  width: number;
  height: number;
  /** The JPEG gets coarser until it fits. */
  maxBytes: number;
  random: Random;
}

/**
 * Photographs a drawing: SVG text in, JPEG bytes without metadata out. The drawing has to be larger than the picture by a
 * tenth on each side, because the slanted view reaches beyond the straight one.
 */
export async function photograph(svg: string, { width, height, maxBytes, random }: Shot): Promise<Buffer> {
  const scene = await sharp(Buffer.from(svg))
    .flatten({ background: "#888" })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const source = { pixels: scene.data, width: scene.info.width, height: scene.info.height };
  const pixels = expose(source, { width, height }, random);
  const blur = between(random, 0.4, 0.7);
  const picture = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .blur(blur)
    .raw()
    .toBuffer();
  for (let quality = 78; ; quality -= 6) {
    const jpeg = await sharp(picture, { raw: { width, height, channels: 3 } })
      .jpeg({ quality, mozjpeg: true })
      .toBuffer();
    if (jpeg.length <= maxBytes || quality <= 40) return jpeg;
  }
}

interface Pixels {
  pixels: Uint8Array;
  width: number;
  height: number;
}

function expose(source: Pixels, target: { width: number; height: number }, random: Random): Uint8Array {
  const toSource = slantedView(source, random);
  const lamp = {
    x: between(random, -0.16, 0.16),
    y: between(random, -0.16, 0.1),
    vignette: between(random, 0.06, 0.2),
  };
  const warmth = between(random, -0.035, 0.045);
  const cast = [1 + warmth, 1, 1 - warmth] as const;
  const exposure = between(random, 0.97, 1.06);
  const pixels = new Uint8Array(target.width * target.height * 3);
  for (let y = 0; y < target.height; y += 1) {
    for (let x = 0; x < target.width; x += 1) {
      const [u, v] = [x / target.width, y / target.height];
      const [sx, sy] = toSource(u, v);
      const [cx, cy] = [u - 0.5, v - 0.5];
      const light = exposure * (1 + lamp.x * cx + lamp.y * cy - lamp.vignette * (cx * cx + cy * cy) * 2);
      const grain = (random() - 0.5) * 5;
      for (let channel = 0; channel < 3; channel += 1) {
        const value = sample(source, sx, sy, channel) * light * (cast[channel] ?? 1) + grain;
        pixels[(y * target.width + x) * 3 + channel] = Math.max(0, Math.min(255, value));
      }
    }
  }
  return pixels;
}

/** Maps the picture's unit square onto a slightly irregular quadrilateral of the scene (projective map, Heckbert 1989, 2.2.3). */
function slantedView({ width, height }: Pixels, random: Random): (u: number, v: number) => readonly [number, number] {
  const jitter = (): number => between(random, -0.035, 0.035);
  const margin = 1 / 12;
  const corner = (x: number, y: number): readonly [number, number] => [
    (x === 0 ? margin + jitter() : 1 - margin + jitter()) * width,
    (y === 0 ? margin + jitter() : 1 - margin + jitter()) * height,
  ];
  const [x0, y0] = corner(0, 0);
  const [x1, y1] = corner(1, 0);
  const [x2, y2] = corner(1, 1);
  const [x3, y3] = corner(0, 1);
  const [dx1, dx2, sumX] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, sumY] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (sumX * dy2 - dx2 * sumY) / area;
  const h = (dx1 * sumY - sumX * dy1) / area;
  return (u, v) => {
    const depth = g * u + h * v + 1;
    return [
      ((x1 - x0 + g * x1) * u + (x3 - x0 + h * x3) * v + x0) / depth,
      ((y1 - y0 + g * y1) * u + (y3 - y0 + h * y3) * v + y0) / depth,
    ];
  };
}

function sample({ pixels, width, height }: Pixels, x: number, y: number, channel: number): number {
  const left = Math.max(0, Math.min(width - 2, Math.floor(x)));
  const top = Math.max(0, Math.min(height - 2, Math.floor(y)));
  const [fx, fy] = [x - left, y - top];
  const at = (dx: number, dy: number): number => pixels[((top + dy) * width + left + dx) * 3 + channel] ?? 0;
  return (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy;
}
