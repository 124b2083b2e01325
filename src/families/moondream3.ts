import { scaleToFit } from "./canvas.ts";
import type { Family } from "./family.ts";
import { tileGrids } from "./tile-grids.ts";

const tokens = 730;
// Crops of 378 pixels overlap by 4 patches of 14 on each side; the margin is what remains at the image's edges.
const marginPixels = 2 * 4 * 14;
const windowPixels = 378 - marginPixels;

const canvases = tileGrids(12).map(({ columns, rows }) => ({
  width: columns * windowPixels + marginPixels,
  height: rows * windowPixels + marginPixels,
}));

/**
 * Moondream3: always 730 tokens (27x27 and one for the start) and one image, whatever its size; the size only decides how many
 * crops the vision tower looks at. The budget cannot buy anything, so the image is sent as large as twelve crops can show. It
 * is not padded: the processor has no grid to keep to and stretches every image onto its crops.
 * Source: vLLM `transformers_utils/processors/moondream3.py`.
 */
export const moondream3: Family = {
  id: "moondream3",
  maxImages: 1,
  markerTokensPerImage: 0,
  isTokenCountExact: true,
  chatTemplateKwargs: null,
  countTokens: () => tokens,
  plan(source) {
    const scale = Math.min(1, Math.max(...canvases.map((canvas) => scaleToFit(source, canvas))));
    return {
      width: Math.max(1, Math.round(source.width * scale)),
      height: Math.max(1, Math.round(source.height * scale)),
      visionTokens: tokens,
      fit: "stretch",
    };
  },
};
