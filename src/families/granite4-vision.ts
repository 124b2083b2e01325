import { planOnCanvas } from "./canvas.ts";
import type { Canvas } from "./canvas.ts";
import type { Family, Size } from "./family.ts";
import { tileGrids } from "./tile-grids.ts";

const tilePixels = 384;
// 384 / patch 16 = 24 patches a side, halved by the downsampler (rate 4/8).
const tileSide = 12;
const baseTokens = tileSide ** 2;
const maxTiles = 10;

/** The checkpoint's 27 `image_grid_pinpoints` are the grids of at most 10 tiles, listed by height, then width. */
const pinpoints = tileGrids(maxTiles)
  .toSorted((a, b) => a.rows - b.rows || a.columns - b.columns)
  .map(({ columns, rows }) => ({ width: columns * tilePixels, height: rows * tilePixels }));

/**
 * Granite 4 Vision: LLaVA-NeXT's "any resolution". A base view of 144 tokens, the tiles of the best pinpoint with the
 * padding cut away, and a newline token for each row.
 * Source: vLLM `model_executor/models/granite4_vision.py` and `llava_next.py`, transformers `select_best_resolution`.
 */
export const granite4Vision: Family = {
  id: "granite4-vision",
  maxImages: Number.POSITIVE_INFINITY,
  markerTokensPerImage: 0,
  isTokenCountExact: true,
  chatTemplateKwargs: null,
  countTokens(size) {
    const { columns, rows } = unpaddedCells(size, bestPinpoint(size));
    return columns * rows + rows + baseTokens;
  },
  // A full canvas rather than the bare photo with its padding cut away: versions of the processor round that cut differently,
  // so only a full canvas has a count that all of them agree on.
  plan: (source, budget) => planOnCanvas(canvases, source, budget),
};

/** LLaVA-NeXT's rule: most of the image's own pixels kept; among equals the least padding; else the first listed. */
function bestPinpoint(size: Size): Size {
  let best: Size = size;
  let mostKept = 0;
  let leastWasted = Number.POSITIVE_INFINITY;
  for (const pinpoint of pinpoints) {
    const scale = Math.min(pinpoint.width / size.width, pinpoint.height / size.height);
    const scaled = Math.trunc(size.width * scale) * Math.trunc(size.height * scale);
    const kept = Math.min(scaled, size.width * size.height);
    const wasted = pinpoint.width * pinpoint.height - kept;
    if (kept > mostKept || (kept === mostKept && wasted < leastWasted)) {
      best = pinpoint;
      mostKept = kept;
      leastWasted = wasted;
    }
  }
  return best;
}

/** The pinpoint's cells without those that hold only padding, which is cut equally from both sides. */
function unpaddedCells(size: Size, pinpoint: Size): { columns: number; rows: number } {
  const columns = (pinpoint.width / tilePixels) * tileSide;
  const rows = (pinpoint.height / tilePixels) * tileSide;
  if (size.width / size.height > columns / rows) {
    const filled = truncateAfterRounding(size.height * (columns / size.width));
    return { columns, rows: rows - 2 * Math.floor((rows - filled) / 2) };
  }
  const filled = truncateAfterRounding(size.width * (rows / size.height));
  return { columns: columns - 2 * Math.floor((columns - filled) / 2), rows };
}

/** Python's `int(round(value, 7))`: seven decimals hide the noise of the division. */
function truncateAfterRounding(value: number): number {
  return Math.trunc(Math.round(value * 1e7) / 1e7);
}

const canvases = pinpoints
  .map(({ width, height }) => ({ width, height, visionTokens: granite4Vision.countTokens({ width, height }) }))
  .sort((a, b) => a.visionTokens - b.visionTokens) as [Canvas, ...Canvas[]];
