import type { Classifier, Standard } from "./classifier.ts";
import type { FeatureGroup } from "./features.ts";
import data from "./model.json" with { type: "json" };

/** How often a value goes with a type of garment; [value, probability] pairs, null: does not apply. */
export type Habits = Record<string, [value: string | null, probability: number][]>;

/** All that was learned from photos: numbers and the words of labels. Written by `npm run eyes train`. */
export interface Model {
  standards: Record<FeatureGroup, Standard>;
  classifiers: Record<"kind" | "type" | "sleeve" | "surface" | "pattern" | "colour", Classifier>;
  habits: Record<"neckline" | "closure", Habits>;
  /** How often a field that the eyes cannot read is null. */
  blanks: Record<"brand" | "size" | "defect_type", number>;
}

export const model = data as unknown as Model;
