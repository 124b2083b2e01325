import { fieldNames } from "../../../schemas/index.ts";
import type { Impression, Sighting } from "../sighting.ts";

/**
 * One opinion out of the sightings of several images of one garment (at least one): field by field the surest one, the earlier image
 * where two are equally sure, and nothing only where no image shows anything.
 */
export function combine(sightings: readonly Sighting[]): Sighting {
  const [first, ...others] = sightings;
  if (!first) throw new RangeError("combine needs at least one sighting");
  const combined = { ...first };
  for (const field of fieldNames)
    combined[field] = others.map((other) => other[field]).reduce<Impression>(surer, first[field]);
  return combined;
}

function surer(best: Impression, next: Impression): Impression {
  if ((best.value === null) !== (next.value === null)) return best.value === null ? next : best;
  return next.probability > best.probability ? next : best;
}
