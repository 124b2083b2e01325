import { fieldNames } from "../../schemas/garment.ts";
import type { Attributes } from "../../schemas/garment.ts";
import type { Random } from "../../src/kernel/index.ts";
import { settingsFor } from "./background.ts";
import type { Setting } from "./background.ts";
import { createBalancedPick, pick, streamOf } from "./choice.ts";
import { kinds } from "./kinds.ts";
import type { Fabric, Kind } from "./kinds.ts";
import { brightness, colorNames, colorPairs, hexOf } from "./palette.ts";
import type { ColorName } from "./palette.ts";
import { brands, defects, sizes, types } from "./vocabulary.ts";
import type { Brand, Closure, Defect, GarmentType, Neckline, Pattern, SleeveLength } from "./vocabulary.ts";

/** Everything that is decided about a garment before a line is drawn; drawing adds no fact that a label could name. */
export interface GarmentPlan {
  seed: number;
  index: number;
  type: GarmentType;
  fabric: Fabric;
  pattern: Pattern;
  base: ColorName;
  /** Print and second cloth: none, one, or (multicolor) three. */
  accents: readonly ColorName[];
  neckline: Neckline | null;
  sleeveLength: SleeveLength | null;
  closure: Closure | null;
  defect: Defect | null;
  brand: Brand;
  hasPrintedBrand: boolean;
  /** The second view, where there is one; a tag may leave the maker's name out. */
  tag: { showsBrand: boolean; size: string } | null;
  setting: Setting;
}

/** The first `count` garments of a seed. A smaller count gives the start of the same list. */
export function planGarments(seed: number, count: number): GarmentPlan[] {
  const pickType = createBalancedPick();
  const pickWord = createBalancedPick();
  return Array.from({ length: count }, (_, index) => {
    const random = streamOf(seed, index, 0);
    const type = pickType(random, types, (option) => kinds[option].share);
    const kind = kinds[type];
    const fabric = pick(random, kind.fabrics);
    const pattern = pickWord(random, kind.patterns, (option) => (option === "solid" ? 3 : 1));
    const { base, accents } = pickColors(random, kind, pattern, pickWord);
    const front = pickFront(random, kind, pattern, pickWord);
    const sleeveLength = kind.sleeves.length > 0 ? pickWord(random, kind.sleeves) : null;
    const defect = pickDefect(random, { fabric, base, pattern, closure: front.closure }, pickWord);
    const hasRoomForBrand = pattern === "solid" || pattern === "heathered" || pattern === "colorblock";
    return {
      seed,
      index,
      type,
      fabric,
      pattern,
      base,
      accents,
      ...front,
      sleeveLength,
      defect,
      brand: pickWord(random, brands),
      hasPrintedBrand: kind.hasPrintedBrand && hasRoomForBrand && random() < 0.5,
      tag: random() < 0.45 ? { showsBrand: random() < 0.8, size: pickWord<string>(random, sizes[kind.sizes]) } : null,
      setting: pick(random, settingsFor(brightness(hexOf(base)), kind.sizes === "hat" || kind.sizes === "shoe")),
    };
  });
}

type BalancedPick = ReturnType<typeof createBalancedPick>;

function pickFront(
  random: Random,
  kind: Kind,
  pattern: Pattern,
  pickWord: BalancedPick,
): Pick<GarmentPlan, "neckline" | "closure"> {
  if (kind.fronts.length === 0) {
    const closures = kind.closures.filter((closure) => closure !== null);
    return { neckline: null, closure: closures.length > 0 ? pickWord(random, closures) : null };
  }
  const neckline = pickWord(
    random,
    kind.fronts.map(([name]) => name),
  );
  const all = kind.fronts.find(([name]) => name === neckline)?.[1] ?? [];
  // A print in the middle would hide what closes a front there.
  const unbroken = all.filter((closure) => closure === "pullover");
  const closures = isPrint(pattern) && unbroken.length > 0 ? unbroken : all;
  return { neckline, closure: pickWord(random, closures) };
}

const camouflagePairs = [
  ["green", "brown"],
  ["grey", "black"],
  ["beige", "brown"],
] as const;
const animalPairs = [
  ["beige", "black"],
  ["white", "black"],
  ["mustard", "black"],
] as const;
const bright: readonly ColorName[] = ["red", "yellow", "blue", "pink", "turquoise", "orange", "purple", "green"];

function pickColors(
  random: Random,
  kind: Kind,
  pattern: Pattern,
  pickWord: BalancedPick,
): Pick<GarmentPlan, "base" | "accents"> {
  if (pattern === "camouflage") return fromPair(pick(random, camouflagePairs));
  if (pattern === "animal print") return fromPair(pick(random, animalPairs));
  const isPlain = ["solid", "heathered", "graphic print", "text print"].includes(pattern);
  if (!isPlain) {
    const mayBeMulticolor = pattern === "floral" || pattern === "geometric" || pattern === "abstract";
    if (mayBeMulticolor && random() < 0.35) {
      const start = Math.floor(random() * bright.length);
      const accents = [0, 1, 3].map((step) => bright[(start + step) % bright.length] ?? "red");
      return { base: pick(random, ["white", "cream", "black", "navy blue"] as const), accents };
    }
    const name = pickWord(
      random,
      colorPairs.map((pair) => pair.join(" and ")),
    );
    return fromPair(colorPairs.find((pair) => pair.join(" and ") === name) ?? ["black", "white"]);
  }
  // A heather is seen as light and dark fibres: neither black nor white leaves room for both.
  const options = (kind.colors ?? colorNames).filter(
    (name) => pattern !== "heathered" || !["black", "white", "cream"].includes(name),
  );
  const base = pickWord(random, options);
  const isDark = brightness(hexOf(base)) < 0.55;
  const inks: readonly ColorName[] = isDark
    ? ["white", "yellow", "cream", "light blue"]
    : ["black", "navy blue", "burgundy"];
  return { base, accents: isPrint(pattern) ? [pick(random, inks)] : [] };
}

function fromPair([base, accent]: readonly [ColorName, ColorName]): Pick<GarmentPlan, "base" | "accents"> {
  return { base, accents: [accent] };
}

function isPrint(pattern: Pattern): boolean {
  return pattern === "graphic print" || pattern === "text print";
}

function pickDefect(
  random: Random,
  garment: Pick<GarmentPlan, "fabric" | "base" | "pattern" | "closure">,
  pickWord: BalancedPick,
): Defect | null {
  const isPlain = garment.pattern === "solid" || garment.pattern === "heathered";
  const isWhole = garment.closure !== "open front" && garment.closure !== "wrap";
  const possible = defects.filter((defect) => {
    switch (defect) {
      case "missing button":
        return garment.closure === "button front" || garment.closure === "button placket";
      case "pilling":
        return isPlain && isWhole && (garment.fabric === "knit" || garment.fabric === "fleece");
      case "fading":
        // Pale areas tell something on dark cloth that lies flat; padding shines on its own.
        return isPlain && isWhole && brightness(hexOf(garment.base)) < 0.45 && !isStiff(garment.fabric);
      case "stain":
        return isPlain || garment.pattern === "colorblock";
      case "hole":
      case "tear":
        return garment.fabric !== "leather";
    }
  });
  const choice = pickWord(random, ["no defect", ...possible], (option) => defectShares[option]);
  return choice === "no defect" ? null : choice;
}

/** Most garments are sound. What few garments can have at all (pilling, fading) is drawn more often where it is possible. */
const defectShares: Readonly<Record<Defect | "no defect", number>> = {
  "no defect": 12,
  hole: 1,
  stain: 1,
  tear: 1,
  "missing button": 1,
  fading: 2,
  pilling: 3,
};

function isStiff(fabric: Fabric): boolean {
  return fabric === "leather" || fabric === "padded";
}

/** The nine fields, read off the plan: null is "does not apply or cannot be seen in any view of this garment". */
export function labelsOf(plan: GarmentPlan): Attributes {
  const values: Attributes = {
    type: plan.type,
    color: colorOf(plan),
    pattern: plan.pattern,
    neckline: plan.neckline,
    sleeve_length: plan.sleeveLength,
    closure: plan.closure,
    brand: plan.hasPrintedBrand || plan.tag?.showsBrand === true ? plan.brand : null,
    size: plan.tag?.size ?? null,
    defect_type: plan.defect,
  };
  return Object.fromEntries(fieldNames.map((name) => [name, values[name]])) as Attributes;
}

/** The ink of a print on the chest is not a colour of the garment; the second colour of an all-over pattern is. */
function colorOf({ base, accents, pattern }: GarmentPlan): string {
  const [accent] = accents;
  if (accents.length > 1) return "multicolor";
  return accent === undefined || isPrint(pattern) ? base : `${base} and ${accent}`;
}
