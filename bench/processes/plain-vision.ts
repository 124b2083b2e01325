import type { Impression, Sighting, Vision } from "../../src/simulator/index.ts";

/** Sees a garment by the sum of some pixels: answers differ in length from photo to photo, as real ones do. */
export function createPlainVision(): Vision {
  const plain = (value: string | null): Impression => ({ value, probability: 0.9, alternatives: [] });
  const brands = [null, "Ace", "Nordic Trail", "Maison de la Laine", "The Old Harbour Knitting Company", "Lumo"];
  return {
    async look({ data }) {
      let sum = 0;
      for (let at = 0; at < data.length; at += 997) sum += data[at] as number;
      const sighting: Sighting = {
        type: plain("t-shirt"),
        color: plain(sum % 2 === 0 ? "navy blue" : "red"),
        pattern: plain("solid"),
        neckline: plain("crew neck"),
        sleeve_length: plain("short sleeve"),
        closure: plain(null),
        brand: plain(brands[sum % brands.length] as string | null),
        size: plain("M"),
        defect_type: plain(sum % 3 === 0 ? "small stain on the left sleeve" : null),
      };
      return sighting;
    },
    combine: ([first]) => first as Sighting,
    close: async () => {},
  };
}
