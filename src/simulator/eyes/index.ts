/**
 * The simulator's eyes: they look at pixels and say what garment they see, and how sure they are. They know segmentation, colour,
 * texture, outline and a few hundred learned numbers; they refuse to know files, labels, names, requests and time, so the same
 * pixels always give the same answer.
 */
import type { Pixels, Sighting } from "../sighting.ts";
import { createColourNaming } from "./colour-naming.ts";
import { describe } from "./features.ts";
import { judge, seeNothing } from "./look.ts";
import { model } from "./model.ts";

export { combine } from "./combine.ts";

/** Which quantisation the eyes imitate: nvfp4 sees a little coarser than fp8. */
export type EyesBuild = "fp8" | "nvfp4";

export interface Eyes {
  /** What one image shows. Any size from one pixel up; 10 to 15 ms of CPU time for 480 x 640. */
  look(pixels: Pixels): Sighting;
}

/** Steps (in scales of a feature) that features are rounded to. */
export const featureSteps: Readonly<Record<EyesBuild, number>> = { fp8: 0, nvfp4: 1 };

export function createEyes({ build }: { build: EyesBuild }): Eyes {
  const nameColours = createColourNaming();
  return {
    look(pixels) {
      const features = describe(pixels, nameColours);
      return features === null ? seeNothing() : judge(features, model, featureSteps[build]);
    },
  };
}
