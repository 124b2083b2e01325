import type { ImagePlan, Size } from "./family.ts";

/** A fixed size that a tiling model takes as it is. */
export interface Canvas extends Size {
  visionTokens: number;
}

/**
 * The canvas within `budget` on which the source is drawn largest without being enlarged, the cheaper one where two draw it
 * equally large; else the cheapest. `canvases` are ordered from cheapest to dearest. The image is letterboxed: tiles differ
 * so much in shape that stretching would bend a garment by up to a half.
 */
export function planOnCanvas(canvases: readonly [Canvas, ...Canvas[]], source: Size, budget: number): ImagePlan {
  let [best] = canvases;
  let bestScale = scaleToFit(source, best);
  for (const canvas of canvases) {
    const scale = scaleToFit(source, canvas);
    if (canvas.visionTokens > budget || scale > 1 || scale <= bestScale) continue;
    best = canvas;
    bestScale = scale;
  }
  return { ...best, fit: "letterbox" };
}

/** The factor that makes the source just fit inside. */
export function scaleToFit(source: Size, canvas: Size): number {
  return Math.min(canvas.width / source.width, canvas.height / source.height);
}
