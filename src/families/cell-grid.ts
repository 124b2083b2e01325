import type { ImagePlan, Size } from "./family.ts";

/** A family whose tokens are square cells of the image: one token a cell. */
export interface CellGrid {
  /** Side of a cell in pixels. */
  readonly cellPixels: number;
  /** The model enlarges images of fewer cells to this many. */
  readonly minCells: number;
  /** The model shrinks images of more cells to this many. */
  readonly maxCells: number;
}

/**
 * Sources more elongated than this are letterboxed onto a canvas of this ratio. A longer canvas would spend its tokens on a
 * strip a cell or two wide, and the models were hardly trained on such; Qwen refuses images beyond 200:1 altogether.
 */
const maxElongation = 16;

/**
 * The largest image of whole cells that costs at most `budget` cells.
 *
 * The trade-off between size and shape: the longer side may be any number of cells; the shorter side is then the nearest
 * whole number that keeps the source's shape, so the shape is off by at most half a cell, which no grid can avoid. Among
 * those shapes the one with most cells within the budget wins. A few more cells could be had by bending the shape further
 * (20x27 of 576 cells for 3:4 leaves 36 unused), but a garment's proportions are worth more than those.
 *
 * Where no such shape has between `minCells` and `budget` cells, the image is letterboxed onto a square.
 */
export function planOnCells(grid: CellGrid, source: Size, budget: number): ImagePlan {
  const longPixels = Math.max(source.width, source.height);
  const sourceRatio = Math.min(source.width, source.height) / longPixels;
  const ratio = Math.max(sourceRatio, 1 / maxElongation);
  const limit = Math.min(budget, grid.maxCells);
  const longCells = chooseLongCells(grid, ratio, longPixels, limit);
  const isPortrait = source.height > source.width;
  if (longCells === undefined) {
    const side = chooseSquareCells(grid, longPixels, limit);
    return toPlan(grid, side, side, false, "letterbox");
  }
  const fit = sourceRatio < ratio ? "letterbox" : "stretch";
  return toPlan(grid, longCells, shortCellsFor(longCells, ratio), isPortrait, fit);
}

/**
 * The most cells for the longer side; undefined where no count keeps the shape within the limit. Neither side is drawn
 * larger than the source, unless the family's minimum wants it: invented pixels cost tokens and show nothing.
 */
function chooseLongCells(grid: CellGrid, ratio: number, longPixels: number, limit: number): number | undefined {
  const cells = (long: number): number => long * shortCellsFor(long, ratio);
  // Cells grow with the longer side, and `long * (long * ratio ± 0.5)` bounds them: so both searches start at most
  // `1 / ratio <= maxElongation` steps away from their end, whatever the budget.
  let least = Math.max(1, Math.ceil((Math.sqrt(0.25 + 4 * ratio * grid.minCells) - 0.5) / (2 * ratio)));
  while (cells(least) < grid.minCells || least * ratio < 0.5) least += 1;
  const shortPixels = longPixels * ratio;
  let unenlarged = Math.max(least, Math.floor(longPixels / grid.cellPixels));
  while (unenlarged > least && shortCellsFor(unenlarged, ratio) * grid.cellPixels > shortPixels + 1e-6) unenlarged -= 1;
  const affordable = Math.floor((Math.sqrt(0.25 + 4 * ratio * limit) + 0.5) / (2 * ratio));
  let long = Math.min(unenlarged, affordable);
  while (long >= least && cells(long) > limit) long -= 1;
  return long >= least ? long : undefined;
}

/** The shorter side that keeps the shape best; a tie goes to the cheaper one. */
function shortCellsFor(longCells: number, ratio: number): number {
  return Math.max(1, Math.ceil(longCells * ratio - 0.5));
}

function chooseSquareCells(grid: CellGrid, longPixels: number, limit: number): number {
  const unenlarged = Math.ceil(longPixels / grid.cellPixels);
  const cheapest = Math.ceil(Math.sqrt(grid.minCells));
  return Math.max(cheapest, Math.min(unenlarged, Math.floor(Math.sqrt(limit))));
}

function toPlan(
  grid: CellGrid,
  longCells: number,
  shortCells: number,
  isPortrait: boolean,
  fit: ImagePlan["fit"],
): ImagePlan {
  const [columns, rows] = isPortrait ? [shortCells, longCells] : [longCells, shortCells];
  return {
    width: columns * grid.cellPixels,
    height: rows * grid.cellPixels,
    visionTokens: longCells * shortCells,
    fit,
  };
}
