import type { ColorName } from "./palette.ts";
import type { Closure, GarmentType, Neckline, Pattern, SizeSystem, SleeveLength } from "./vocabulary.ts";

export type Fabric = "jersey" | "woven" | "knit" | "fleece" | "denim" | "padded" | "leather";

/** What garments of one type can look like. A neckline comes with the closures that go with it. */
export interface Kind {
  /** How often the type is drawn, relative to the others. */
  share: number;
  fabrics: readonly Fabric[];
  patterns: readonly Pattern[];
  /** Empty for garments without a neckline: `closures` holds theirs. */
  fronts: readonly (readonly [Neckline, readonly Closure[]])[];
  sleeves: readonly SleeveLength[];
  closures: readonly (Closure | null)[];
  colors?: readonly ColorName[];
  sizes: SizeSystem;
  /** Whether a maker's name is sometimes printed where the front photo shows it. */
  hasPrintedBrand: boolean;
}

const prints: readonly Pattern[] = ["graphic print", "text print"];
const allOver: readonly Pattern[] = ["striped", "polka dot", "floral", "geometric", "animal print", "abstract"];
const shirtings: readonly Pattern[] = ["solid", "striped", "plaid", "checked", "polka dot", "floral"];
const outerwear = [
  "black",
  "navy blue",
  "olive green",
  "grey",
  "red",
  "beige",
  "dark green",
  "burgundy",
  "blue",
] as const;

const top = { sleeves: ["long sleeve"], closures: [], sizes: "letter", hasPrintedBrand: false } as const;
const bottom = { fronts: [], sleeves: [], sizes: "waist", hasPrintedBrand: false } as const;

export const kinds: Readonly<Record<GarmentType, Kind>> = {
  "t-shirt": {
    ...top,
    share: 2,
    fabrics: ["jersey"],
    patterns: ["solid", ...prints, "striped", "heathered", "colorblock", "tie dye", "camouflage", "abstract"],
    fronts: [
      ["crew neck", ["pullover"]],
      ["v-neck", ["pullover"]],
      ["scoop neck", ["pullover"]],
      ["henley", ["button placket"]],
    ],
    sleeves: ["short sleeve", "cap sleeve"],
    hasPrintedBrand: true,
  },
  "long sleeve top": {
    ...top,
    share: 1.2,
    fabrics: ["jersey"],
    patterns: ["solid", ...prints, "striped", "heathered", "geometric", "animal print", "tie dye"],
    fronts: [
      ["crew neck", ["pullover"]],
      ["boat neck", ["pullover"]],
      ["henley", ["button placket"]],
      ["turtleneck", ["pullover"]],
      ["scoop neck", ["pullover"]],
    ],
    sleeves: ["long sleeve", "three-quarter sleeve"],
  },
  shirt: {
    ...top,
    share: 1.6,
    fabrics: ["woven"],
    patterns: shirtings,
    fronts: [
      ["collared", ["button front", "snap"]],
      ["button-down collar", ["button front"]],
      ["stand collar", ["button front"]],
    ],
    sleeves: ["long sleeve", "short sleeve"],
  },
  blouse: {
    ...top,
    share: 1.2,
    fabrics: ["woven"],
    patterns: ["solid", "floral", "polka dot", "abstract", "animal print"],
    fronts: [
      ["v-neck", ["pullover", "button front"]],
      ["boat neck", ["pullover"]],
      ["collared", ["button front"]],
      ["scoop neck", ["pullover"]],
    ],
    sleeves: ["three-quarter sleeve", "long sleeve", "cap sleeve", "sleeveless"],
  },
  sweater: {
    ...top,
    share: 1.2,
    fabrics: ["knit"],
    patterns: ["solid", "striped", "geometric", "heathered", "colorblock"],
    fronts: [
      ["crew neck", ["pullover"]],
      ["v-neck", ["pullover"]],
      ["turtleneck", ["pullover"]],
      ["mock neck", ["pullover", "half zip"]],
    ],
  },
  cardigan: {
    ...top,
    share: 1.1,
    fabrics: ["knit"],
    patterns: ["solid", "striped", "heathered", "colorblock"],
    fronts: [
      ["v-neck", ["button front", "open front"]],
      ["crew neck", ["button front", "open front"]],
    ],
    sleeves: ["long sleeve", "three-quarter sleeve"],
  },
  sweatshirt: {
    ...top,
    share: 1,
    fabrics: ["fleece"],
    patterns: ["solid", ...prints, "heathered", "colorblock", "tie dye"],
    fronts: [
      ["crew neck", ["pullover"]],
      ["stand collar", ["half zip"]],
    ],
    hasPrintedBrand: true,
  },
  hoodie: {
    ...top,
    share: 1.1,
    fabrics: ["fleece"],
    patterns: ["solid", ...prints, "heathered", "camouflage", "colorblock"],
    fronts: [["hooded", ["full zip", "pullover"]]],
    hasPrintedBrand: true,
  },
  jacket: {
    ...top,
    share: 1.5,
    fabrics: ["woven", "padded"],
    patterns: ["solid", "colorblock", "camouflage"],
    fronts: [
      ["stand collar", ["full zip", "snap"]],
      ["hooded", ["full zip"]],
      ["collared", ["full zip", "snap", "button front"]],
      ["lapel", ["button front"]],
    ],
    colors: outerwear,
    hasPrintedBrand: true,
  },
  coat: {
    ...top,
    share: 1,
    fabrics: ["woven"],
    patterns: ["solid", "plaid", "heathered"],
    fronts: [
      ["lapel", ["button front", "wrap"]],
      ["hooded", ["full zip"]],
      ["collared", ["button front"]],
    ],
    colors: outerwear,
  },
  vest: {
    ...top,
    share: 0.9,
    fabrics: ["padded"],
    patterns: ["solid", "colorblock"],
    fronts: [
      ["stand collar", ["full zip", "snap"]],
      ["hooded", ["full zip"]],
    ],
    sleeves: ["sleeveless"],
    colors: outerwear,
    hasPrintedBrand: true,
  },
  dress: {
    ...top,
    share: 2,
    fabrics: ["jersey", "woven"],
    patterns: ["solid", ...allOver, "checked", "plaid", "tie dye"],
    fronts: [
      ["scoop neck", ["pullover"]],
      ["v-neck", ["wrap", "pullover", "button front"]],
      ["crew neck", ["pullover"]],
      ["boat neck", ["pullover"]],
      ["collared", ["button front"]],
    ],
    sleeves: ["sleeveless", "short sleeve", "cap sleeve", "three-quarter sleeve", "long sleeve"],
    sizes: "dress",
  },
  skirt: {
    ...bottom,
    share: 1.2,
    fabrics: ["woven"],
    patterns: ["solid", "polka dot", "plaid", "floral", "geometric", "checked", "striped"],
    closures: ["elastic waist", "button front", "buckle", "wrap", "zip fly"],
    sizes: "dress",
  },
  trousers: {
    ...bottom,
    share: 1.2,
    fabrics: ["woven"],
    patterns: ["solid", "striped", "checked", "plaid", "camouflage"],
    closures: ["zip fly", "drawstring", "elastic waist", "buckle"],
    colors: ["black", "dark grey", "navy blue", "beige", "olive green", "burgundy", "taupe", "brown", "cream"],
  },
  jeans: {
    ...bottom,
    share: 1.1,
    fabrics: ["denim"],
    patterns: ["solid"],
    closures: ["zip fly"],
    colors: ["dark blue", "light blue", "blue", "grey", "black"],
  },
  shorts: {
    ...bottom,
    share: 1.2,
    fabrics: ["woven", "denim"],
    patterns: ["solid", "striped", "floral", "camouflage", "checked", "colorblock", "text print"],
    closures: ["drawstring", "zip fly", "elastic waist"],
    sizes: "letter",
  },
  leggings: {
    ...bottom,
    share: 0.8,
    fabrics: ["jersey"],
    patterns: ["solid", "animal print", "geometric", "colorblock", "heathered"],
    closures: ["elastic waist"],
    sizes: "letter",
  },
  cap: {
    ...bottom,
    share: 0.8,
    fabrics: ["woven"],
    patterns: ["solid", "text print", "colorblock", "graphic print", "camouflage"],
    closures: [null],
    sizes: "hat",
    hasPrintedBrand: true,
  },
  beanie: {
    ...bottom,
    share: 0.7,
    fabrics: ["knit"],
    patterns: ["solid", "striped", "colorblock", "heathered"],
    closures: [null],
    sizes: "hat",
  },
  sneakers: {
    ...bottom,
    share: 1,
    fabrics: ["leather"],
    patterns: ["solid", "colorblock"],
    closures: ["lace-up", "hook and loop", "slip-on"],
    sizes: "shoe",
    hasPrintedBrand: true,
  },
  boots: {
    ...bottom,
    share: 0.8,
    fabrics: ["leather"],
    patterns: ["solid"],
    closures: ["lace-up", "buckle", "slip-on"],
    colors: ["black", "brown", "taupe", "burgundy", "grey", "beige"],
    sizes: "shoe",
  },
};
