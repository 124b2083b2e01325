import { planOnCells } from "./cell-grid.ts";
import type { CellGrid } from "./cell-grid.ts";
import type { Family } from "./family.ts";

/**
 * 28 pixels (patch 14 merged in twos) is the finest cell among today's models: with coarser ones the same image costs fewer
 * tokens than estimated, so a budget errs towards holding. Tiling models may still cost more.
 */
const grid: CellGrid = { cellPixels: 28, minCells: 1, maxCells: 16_384 };

/**
 * A model of which nothing is known: the image keeps its shape on a fine grid, and its tokens are an estimate. Name the
 * family of a backend wherever there is one; the start-up log says which backends do without.
 */
export const generic: Family = {
  id: "generic",
  maxImages: Number.POSITIVE_INFINITY,
  markerTokensPerImage: 0,
  isTokenCountExact: false,
  chatTemplateKwargs: null,
  countTokens: ({ width, height }) =>
    Math.max(1, Math.round(width / grid.cellPixels)) * Math.max(1, Math.round(height / grid.cellPixels)),
  plan: (source, budget) => planOnCells(grid, source, budget),
};
