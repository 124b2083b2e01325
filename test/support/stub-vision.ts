import { fieldNames } from "../../schemas/index.ts";
import type { Attributes, FieldName } from "../../schemas/index.ts";
import type { Impression, Sighting, Vision } from "../../src/simulator/index.ts";

/** What the stub sees on every image, unless a test says otherwise. */
export const stubAttributes: Attributes = {
  type: "dress",
  color: "navy blue",
  pattern: "floral",
  neckline: "crew neck",
  sleeve_length: "short sleeve",
  closure: "zipper",
  brand: null,
  size: "M",
  defect_type: null,
};

/** A sighting of these attributes: each value at 0.8 with null (or "stain") as the other guess. */
export function createSighting(attributes: Partial<Attributes> = {}): Sighting {
  const seen = { ...stubAttributes, ...attributes };
  const entries = fieldNames.map((name): [FieldName, Impression] => {
    const value = seen[name];
    const other = value === null ? "stain" : null;
    return [name, { value, probability: 0.8, alternatives: [{ value: other, probability: 0.15 }] }];
  });
  return Object.fromEntries(entries) as Sighting;
}

/** Eyes that need no thread and see the same on every image. */
export function createStubVision(sighting: Sighting = createSighting()): Vision & { readonly looks: number } {
  let looks = 0;
  return {
    look() {
      looks += 1;
      return Promise.resolve(sighting);
    },
    combine: (sightings) => sightings[0] as Sighting,
    close: () => Promise.resolve(),
    get looks() {
      return looks;
    },
  };
}
