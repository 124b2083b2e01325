import type { Impression, Sighting } from "../sighting.ts";
import { classify, standardise } from "./classifier.ts";
import { nameColour } from "./colour-choice.ts";
import type { Features } from "./features.ts";
import { decide, decideWithin, spreadWithin } from "./impression.ts";
import type { Odds } from "./impression.ts";
import type { Habits, Model } from "./model.ts";
import { isPlain, kindOf } from "./words.ts";

/** An answer out of what was read off the pixels. `step` coarsens the features: they are rounded to multiples of it. */
export function judge({ groups, colourShares }: Features, model: Model, step: number): Sighting {
  const { classifiers, standards } = model;
  const features = {
    shape: standardise(groups.shape, standards.shape, step),
    texture: standardise(groups.texture, standards.texture, step),
    colour: standardise(groups.colour, standards.colour, step),
  };
  const kind = classify(classifiers.kind, features);
  const types = spreadWithin(kind, classify(classifiers.type, features), kindOf);
  const surface = classify(classifiers.surface, features);
  const sideOf = (pattern: string) => (isPlain(pattern) ? "plain" : "patterned");
  const patterns = spreadWithin(surface, classify(classifiers.pattern, features), sideOf);
  return {
    type: decideWithin(types, kind, kindOf),
    color: nameColour(classify(classifiers.colour, features), colourShares, surface.get("patterned") ?? 0),
    pattern: decideWithin(patterns, surface, sideOf),
    neckline: decide(expect(types, model.habits.neckline)),
    sleeve_length: decide(sleeves(kind, classify(classifiers.sleeve, features))),
    closure: decide(expect(types, model.habits.closure)),
    brand: blank(model.blanks.brand),
    size: blank(model.blanks.size),
    defect_type: blank(model.blanks.defect_type),
  };
}

/** What is answered where no garment stands out: nothing, and rather surely so. */
export function seeNothing(): Sighting {
  const nothing = () => blank(0.9);
  return {
    type: nothing(),
    color: nothing(),
    pattern: nothing(),
    neckline: nothing(),
    sleeve_length: nothing(),
    closure: nothing(),
    brand: nothing(),
    size: nothing(),
    defect_type: nothing(),
  };
}

function blank(probability: number): Impression {
  return { value: null, probability, alternatives: [] };
}

/** Only what covers the trunk has sleeves to speak of. */
function sleeves(kind: ReadonlyMap<string, number>, lengths: ReadonlyMap<string, number>): Odds {
  const trunk = (kind.get("top") ?? 0) + (kind.get("dress") ?? 0);
  const odds: Odds = new Map([[null, 1 - trunk]]);
  for (const [length, chance] of lengths) odds.set(length, trunk * chance);
  return odds;
}

/** What usually goes with such a garment: collars and zips are too fine to be seen at this size. */
function expect(types: Odds, habits: Habits): Odds {
  const odds: Odds = new Map();
  for (const [type, chance] of types)
    for (const [value, share] of habits[String(type)] ?? []) odds.set(value, (odds.get(value) ?? 0) + chance * share);
  return odds;
}
