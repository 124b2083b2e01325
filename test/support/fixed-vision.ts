import type { Sighting, Vision } from "../../src/simulator/index.ts";

const values: Record<keyof Sighting, string | null> = {
  type: "t-shirt",
  color: "navy blue",
  pattern: "solid",
  neckline: "crew neck",
  sleeve_length: "short sleeve",
  closure: null,
  brand: "Nørdic “8”",
  size: "M",
  defect_type: null,
};

/** Eyes that always see the same garment, for tests that are not about seeing. */
export function fixedVision(probability = 0.9): Vision {
  const sighting = Object.fromEntries(
    Object.entries(values).map(([field, value]) => [
      field,
      { value, probability, alternatives: [{ value: "other", probability: (1 - probability) / 2 }] },
    ]),
  ) as Sighting;
  return { look: async () => sighting, combine: () => sighting, close: async () => {} };
}

/** What they see. */
export const fixedAttributes = values;
