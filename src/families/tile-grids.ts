import type { Size } from "./family.ts";

export interface TileGrid {
  columns: number;
  rows: number;
}

/** All grids of at most `maxTiles` tiles, from few tiles to many. */
export function tileGrids(maxTiles: number): [TileGrid, ...TileGrid[]] {
  const grids: TileGrid[] = [];
  for (let columns = 1; columns <= maxTiles; columns += 1) {
    for (let rows = 1; columns * rows <= maxTiles; rows += 1) {
      if (columns * rows > 1) grids.push({ columns, rows });
    }
  }
  grids.sort((a, b) => a.columns * a.rows - b.columns * b.rows);
  return [{ columns: 1, rows: 1 }, ...grids];
}

/**
 * The grid with the aspect ratio closest to the image's, as InternVL and Phi-4 choose it. The image's area only breaks exact
 * ties: the larger grid wins where the image fills more than half of it.
 * Source: `find_closest_aspect_ratio` in vLLM `transformers_utils/processors/internvl.py`.
 */
export function closestTileGrid(grids: readonly [TileGrid, ...TileGrid[]], tilePixels: number, size: Size): TileGrid {
  const ratio = size.width / size.height;
  let [best] = grids;
  let bestDifference = Number.POSITIVE_INFINITY;
  for (const grid of grids) {
    const difference = Math.abs(ratio - grid.columns / grid.rows);
    const fillsHalf = size.width * size.height > 0.5 * tilePixels ** 2 * grid.columns * grid.rows;
    if (difference < bestDifference || (difference === bestDifference && fillsHalf)) {
      best = grid;
      bestDifference = difference;
    }
  }
  return best;
}
