import type { LabImage } from "./oklab.ts";

/**
 * Minimum barrier distance from the image's border: on the easiest path from the border to a pixel, how far the colour has to
 * range. Even a patterned or shaded background is reached cheaply; what a closed outline sets apart is not.
 * Raster-scan approximation (Zhang et al., "Minimum Barrier Salient Object Detection at 80 FPS", ICCV 2015).
 */
export function barrierDistance(image: LabImage): Float32Array {
  const { width, height } = image;
  const total = new Float32Array(width * height);
  for (const plane of [image.l, image.a, image.b]) {
    const distance = scanPlane(plane, width, height);
    // Hue planes span a third of the range of lightness but set garments apart better than shadows do.
    const weight = plane === image.l ? 1 : 2;
    for (let i = 0; i < total.length; i++) total[i]! += weight * distance[i]!;
  }
  return total;
}

const passes = 2;

function scanPlane(plane: Float32Array, width: number, height: number): Float32Array {
  const distance = new Float32Array(plane.length).fill(Infinity);
  for (let x = 0; x < width; x++) distance[x] = distance[(height - 1) * width + x] = 0;
  for (let y = 0; y < height; y++) distance[y * width] = distance[y * width + width - 1] = 0;
  // Range of values on the best path found so far to each pixel.
  const highest = plane.slice();
  const lowest = plane.slice();
  for (let pass = 0; pass < passes; pass++) {
    sweep(width + 1, 1);
    sweep((height - 1) * width - 2, -1);
  }
  return distance;

  /** Walks all inner pixels in one direction and tries to reach each from the two neighbours walked before. */
  function sweep(first: number, step: 1 | -1): void {
    for (let row = 1, start = first; row < height - 1; row++, start += step * width)
      for (let column = 1, at = start; column < width - 1; column++, at += step) {
        const value = plane[at]!;
        for (let from = at - step, tries = 0; tries < 2; tries++, from = at - step * width) {
          const high = value > highest[from]! ? value : highest[from]!;
          const low = value < lowest[from]! ? value : lowest[from]!;
          if (high - low >= distance[at]!) continue;
          distance[at] = high - low;
          highest[at] = high;
          lowest[at] = low;
        }
      }
  }
}
