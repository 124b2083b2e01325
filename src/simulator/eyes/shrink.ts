import type { Pixels } from "../sighting.ts";

/** Shrinks by averaging boxes of whole pixels until the long side is at most `longSide`; never enlarges. */
export function shrink(pixels: Pixels, longSide: number): Pixels {
  const scale = Math.min(1, longSide / Math.max(pixels.width, pixels.height));
  const width = Math.max(1, Math.round(pixels.width * scale));
  const height = Math.max(1, Math.round(pixels.height * scale));
  if (width === pixels.width && height === pixels.height) return pixels;
  const { data: source } = pixels;
  const data = new Uint8Array(width * height * 3);
  const columns = Int32Array.from({ length: width + 1 }, (_, x) => Math.floor((x * pixels.width) / width));
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * pixels.height) / height);
    const bottom = Math.floor(((y + 1) * pixels.height) / height);
    for (let x = 0; x < width; x++) {
      const left = columns[x]!;
      const right = columns[x + 1]!;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let row = top; row < bottom; row++) {
        const end = (row * pixels.width + right) * 3;
        for (let i = (row * pixels.width + left) * 3; i < end; i += 3) {
          red += source[i]!;
          green += source[i + 1]!;
          blue += source[i + 2]!;
        }
      }
      const count = (bottom - top) * (right - left);
      const at = (y * width + x) * 3;
      data[at] = red / count;
      data[at + 1] = green / count;
      data[at + 2] = blue / count;
    }
  }
  return { data, width, height };
}
