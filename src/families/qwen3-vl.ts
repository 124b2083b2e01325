import { planOnCells } from "./cell-grid.ts";
import type { Family, Size } from "./family.ts";

// Patch 16 times merge 2. The areas are the checkpoints' `size.shortest_edge` and `size.longest_edge`.
const cellPixels = 32;
const minAreaPixels = 65_536;
const maxAreaPixels = 16_777_216;
const maxAspectRatio = 200;

/**
 * Qwen3-VL: one token for each 32x32 cell after `smart_resize`, which passes an image whose sides are whole cells and whose
 * area is within the limits untouched.
 * Source: transformers `models/qwen2_vl/image_processing_qwen2_vl.py`, `smart_resize`.
 */
export const qwen3Vl: Family = {
  id: "qwen3-vl",
  maxImages: Number.POSITIVE_INFINITY,
  // <|vision_start|> and <|vision_end|>
  markerTokensPerImage: 2,
  isTokenCountExact: true,
  chatTemplateKwargs: null,
  countTokens({ width, height }: Size): number {
    if (Math.max(width, height) / Math.min(width, height) > maxAspectRatio) {
      throw new RangeError(`aspect ratio of ${width}x${height} is above ${maxAspectRatio}`);
    }
    const area = width * height;
    const columns = roundHalfToEven(width / cellPixels);
    const rows = roundHalfToEven(height / cellPixels);
    const snappedArea = columns * rows * cellPixels * cellPixels;
    if (snappedArea > maxAreaPixels) {
      const beta = Math.sqrt(area / maxAreaPixels);
      return Math.max(1, Math.floor(width / beta / cellPixels)) * Math.max(1, Math.floor(height / beta / cellPixels));
    }
    if (snappedArea < minAreaPixels) {
      const beta = Math.sqrt(minAreaPixels / area);
      return Math.ceil((width * beta) / cellPixels) * Math.ceil((height * beta) / cellPixels);
    }
    return columns * rows;
  },
  plan: (source, budget) =>
    planOnCells(
      {
        cellPixels,
        minCells: minAreaPixels / cellPixels ** 2,
        maxCells: maxAreaPixels / cellPixels ** 2,
      },
      source,
      budget,
    ),
};

/** Python's `round`: the processor rounds 2.5 cells to 2 and 3.5 to 4. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return Math.round(value);
}
