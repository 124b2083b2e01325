import { planOnCanvas } from "./canvas.ts";
import type { Canvas } from "./canvas.ts";
import { closestTileGrid, tileGrids } from "./tile-grids.ts";
import type { TileGrid } from "./tile-grids.ts";
import type { Family } from "./family.ts";

const tilePixels = 448;
// (448 / patch 14)² patches, shuffled down by 0.5 in each direction.
const tokensPerTile = 256;
const grids = tileGrids(12);

/**
 * InternVL3 and 3.5: the image is stretched onto the grid of at most 12 tiles whose aspect ratio is closest, however small it
 * is, plus a thumbnail tile where the grid has more than one. A 480x640 photo sent as it is would cost 13 tiles.
 * Source: vLLM `transformers_utils/processors/internvl.py`.
 */
export const internvl3: Family = {
  id: "internvl3",
  maxImages: Number.POSITIVE_INFINITY,
  // <img> and </img>
  markerTokensPerImage: 2,
  isTokenCountExact: true,
  chatTemplateKwargs: null,
  countTokens: (size) => countGridTokens(closestTileGrid(grids, tilePixels, size)),
  plan: (source, budget) => planOnCanvas(canvases, source, budget),
};

function countGridTokens({ columns, rows }: TileGrid): number {
  const tiles = columns * rows;
  return (tiles === 1 ? 1 : tiles + 1) * tokensPerTile;
}

const toCanvas = (grid: TileGrid): Canvas => ({
  width: grid.columns * tilePixels,
  height: grid.rows * tilePixels,
  visionTokens: countGridTokens(grid),
});

const [smallest, ...larger] = grids;
const canvases = [toCanvas(smallest), ...larger.map(toCanvas)] as const;
