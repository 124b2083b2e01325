import type { Point } from "./shape.ts";

/** What a cut hands back: layers from back to front, and where the rest of the drawing may go on. */
export interface Drawing {
  layers: string[];
  /** Middle of the area for a large print, and the width that it may take. */
  print: { at: Point; width: number };
  /** Middle of the area for the maker's name in small letters. */
  logo: Point;
  /** Places where a defect is seen: away from edges, prints and fasteners. */
  spots: readonly Point[];
  /** Outline of the largest piece, which fading and pilling stay inside. */
  body: readonly Point[];
  /** Shoulder line that a hanger carries, or the waist that its clips hold. */
  hang: { y: number; halfWidth: number; byClips: boolean };
}
