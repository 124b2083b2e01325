/** What a garment is at first sight, before its exact type. */
export const kinds = ["top", "dress", "bottom", "hat", "shoe"] as const;
export type Kind = (typeof kinds)[number];

const kindWords: readonly (readonly [Kind, RegExp])[] = [
  [
    "shoe",
    /\b(shoes?|sneakers?|trainers?|boots?|sandals?|clogs?|loafers?|mary janes?|heels?|slippers?|flats|moccasins?)\b/,
  ],
  ["hat", /\b(hat|cap|beanie|beret|visor|bonnet)\b/],
  ["dress", /(dress|gown|jumpsuit|romper)\b/],
  ["bottom", /\b(\w*shorts|jeans|trousers|\w*pants|leggings|\w*skirt|joggers|chinos|tights|culottes)\b/],
];

/**
 * The kind that a type belongs to. Whatever covers the trunk and ends above the knee is a top: coats, vests and tunics too;
 * a nightgown is a dress.
 */
export function kindOf(type: string): Kind {
  return kindWords.find(([, words]) => words.test(type))?.[0] ?? "top";
}

/** Whether a pattern's word says that cloth is plain. Mottled yarn is; a print or a second cloth is not. */
export function isPlain(pattern: string): boolean {
  return pattern === "solid" || pattern === "heathered";
}
