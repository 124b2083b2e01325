import type { Family, ImagePlan, Size } from "./family.ts";
import { closestTileGrid, tileGrids } from "./tile-grids.ts";
import type { TileGrid } from "./tile-grids.ts";

const cropPixels = 448;
const patchPixels = 14;
// Two patches in each direction make one token.
const cellPixels = 2 * patchPixels;
const cellsPerCrop = cropPixels / cellPixels;
const maxCrops = 36;
// The global view with its newlines, and one separator.
const fixedTokens = cellsPerCrop ** 2 + cellsPerCrop + 1;
const grids = tileGrids(maxCrops);

/**
 * Phi-4-multimodal: a global view, and crops of 448 pixels onto which the image is scaled up until one side fills them; cells
 * that hold only padding are left out; a newline token for each row.
 * Source: vLLM `model_executor/models/phi4mm.py`, `_compute_num_image_tokens`.
 */
export const phi4Multimodal: Family = {
  id: "phi4-multimodal",
  maxImages: Number.POSITIVE_INFINITY,
  markerTokensPerImage: 0,
  isTokenCountExact: true,
  chatTemplateKwargs: null,
  countTokens(size) {
    const { columns, rows } = cropGrid(size);
    const widthRatio = (columns * cropPixels) / size.width;
    const heightRatio = (rows * cropPixels) / size.height;
    const isWidthFilled = widthRatio < heightRatio;
    const filledWidth = isWidthFilled ? columns * cropPixels : Math.trunc(size.width * heightRatio);
    const filledHeight = isWidthFilled ? Math.trunc(size.height * widthRatio) : rows * cropPixels;
    return countCells(cellsOf(columns * cropPixels, filledWidth), cellsOf(rows * cropPixels, filledHeight));
  },
  plan(source, budget) {
    // The processor scales every image up until a side fills its crops, so only sizes with a filled side are worth sending:
    // for each number of crops along either side one. The first is the family's cheapest: a single crop.
    const isPortrait = source.height > source.width;
    let best = fillSide(source, 1, isPortrait);
    let bestScale = scaleOf(source, 1, isPortrait);
    for (let crops = 1; crops <= maxCrops; crops += 1) {
      for (const isHeightFilled of [false, true]) {
        const scale = scaleOf(source, crops, isHeightFilled);
        if (scale > 1 || scale <= bestScale) continue;
        const plan = fillSide(source, crops, isHeightFilled);
        const isWithinCrops = Math.ceil(plan.width / cropPixels) * Math.ceil(plan.height / cropPixels) <= maxCrops;
        if (!isWithinCrops || plan.visionTokens > budget) continue;
        best = plan;
        bestScale = scale;
      }
    }
    return best;
  },
};

function cropGrid(size: Size): TileGrid {
  const columns = Math.ceil(size.width / cropPixels);
  const rows = Math.ceil(size.height / cropPixels);
  return columns * rows > maxCrops ? closestTileGrid(grids, cropPixels, size) : { columns, rows };
}

/** Cells along one side that hold some image: padding counts in whole patches, a last half cell counts as one. */
function cellsOf(sidePixels: number, filledPixels: number): number {
  const padding = Math.floor((sidePixels - filledPixels) / patchPixels);
  return Math.ceil((sidePixels / patchPixels - padding) / 2);
}

function countCells(columns: number, rows: number): number {
  return fixedTokens + columns * rows + rows;
}

function scaleOf(source: Size, crops: number, isHeightFilled: boolean): number {
  return (crops * cropPixels) / (isHeightFilled ? source.height : source.width);
}

/** The source scaled until one side fills `crops` crops, the other snapped to whole cells. */
function fillSide(source: Size, crops: number, isHeightFilled: boolean): ImagePlan {
  const scale = scaleOf(source, crops, isHeightFilled);
  const free = (isHeightFilled ? source.width : source.height) * scale;
  const filledCells = crops * cellsPerCrop;
  const freeCells = Math.max(1, Math.round(free / cellPixels));
  const [columns, rows] = isHeightFilled ? [freeCells, filledCells] : [filledCells, freeCells];
  return {
    width: columns * cellPixels,
    height: rows * cellPixels,
    visionTokens: countCells(columns, rows),
    // A side below half a cell cannot be snapped without bending the image by more than half a cell.
    fit: free < cellPixels / 2 ? "letterbox" : "stretch",
  };
}
