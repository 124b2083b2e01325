/**
 * The words that a label may use, one list a field: a sample never says anything else. Colours have their own file, and
 * a two-colour garment joins two of those names with " and ".
 */
export const types = [
  "t-shirt",
  "long sleeve top",
  "shirt",
  "blouse",
  "sweater",
  "cardigan",
  "sweatshirt",
  "hoodie",
  "jacket",
  "coat",
  "vest",
  "dress",
  "skirt",
  "trousers",
  "jeans",
  "shorts",
  "leggings",
  "cap",
  "beanie",
  "sneakers",
  "boots",
] as const;
export type GarmentType = (typeof types)[number];

export const patterns = [
  "solid",
  "striped",
  "plaid",
  "checked",
  "polka dot",
  "floral",
  "graphic print",
  "text print",
  "geometric",
  "colorblock",
  "camouflage",
  "heathered",
  "tie dye",
  "animal print",
  "abstract",
] as const;
export type Pattern = (typeof patterns)[number];

export const necklines = [
  "crew neck",
  "v-neck",
  "scoop neck",
  "boat neck",
  "henley",
  "collared",
  "button-down collar",
  "stand collar",
  "mock neck",
  "turtleneck",
  "hooded",
  "lapel",
] as const;
export type Neckline = (typeof necklines)[number];

export const sleeveLengths = [
  "long sleeve",
  "three-quarter sleeve",
  "short sleeve",
  "cap sleeve",
  "sleeveless",
] as const;
export type SleeveLength = (typeof sleeveLengths)[number];

export const closures = [
  "pullover",
  "button front",
  "full zip",
  "half zip",
  "button placket",
  "snap",
  "open front",
  "wrap",
  "zip fly",
  "elastic waist",
  "drawstring",
  "buckle",
  "lace-up",
  "hook and loop",
  "slip-on",
] as const;
export type Closure = (typeof closures)[number];

export const defects = ["hole", "stain", "tear", "missing button", "fading", "pilling"] as const;
export type Defect = (typeof defects)[number];

/** Invented names; none is meant to resemble a brand that exists. */
export const brands = [
  "VELMORA",
  "OSKIRN",
  "TARVELLO",
  "BRUNVIK",
  "LUMKADE",
  "PELLOWAY",
  "QUINDRA",
  "HARSKOV",
  "DORVANE",
  "KESTAVO",
  "ZUNDERLY",
  "OLMARKA",
  "TWILLOCK",
  "NIMBRELL",
  "FARROWIN",
  "YUVANTE",
] as const;
export type Brand = (typeof brands)[number];

const letterSizes = ["XS", "S", "M", "L", "XL", "XXL"] as const;
const waistSizes = ["W28 L30", "W30 L32", "W32 L32", "W34 L34", "W36 L34"] as const;
const dressSizes = ["34", "36", "38", "40", "42", "44"] as const;
const shoeSizes = ["37", "39", "41", "43", "45"] as const;
const hatSizes = ["ONE SIZE", "S/M", "L/XL"] as const;

export const sizes = { letter: letterSizes, waist: waistSizes, dress: dressSizes, shoe: shoeSizes, hat: hatSizes };
export type SizeSystem = keyof typeof sizes;
