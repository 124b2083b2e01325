import type { Pixels } from "../sighting.ts";
import type { ColourNaming, ColourShares } from "./colour-naming.ts";
import { describeColour } from "./colour.ts";
import { toOklab } from "./oklab.ts";
import { segment } from "./segmentation.ts";
import { shrink } from "./shrink.ts";
import { describeShape } from "./silhouette.ts";
import { describeTexture } from "./texture.ts";

export const featureGroups = ["shape", "texture", "colour"] as const;
export type FeatureGroup = (typeof featureGroups)[number];

/** All that the classifiers are told of a garment. */
export interface Features {
  groups: Record<FeatureGroup, number[]>;
  colourShares: ColourShares;
}

/** Long sides at which the outline and the surface are read. */
const outlineSide = 96;
const surfaceSide = 160;

/** Reads a picture into numbers; null where no garment stands out from it. */
export function describe(pixels: Pixels, nameColours: ColourNaming): Features | null {
  const surface = shrink(pixels, surfaceSide);
  const outline = toOklab(shrink(surface, outlineSide));
  const mask = segment(outline);
  if (mask === null) return null;
  const { shares, features } = describeColour(pixels, mask, nameColours);
  return {
    groups: { shape: describeShape(outline, mask), texture: describeTexture(surface, mask), colour: features },
    colourShares: shares,
  };
}
