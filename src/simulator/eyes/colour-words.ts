/**
 * The words for colours, each with what such cloth looks like in an ordinary indoor photo (sRGB). A word may stand for
 * several dyes, and a base colour for several words.
 */
export const colourWords: readonly (readonly [word: string, base: BaseColour, looks: readonly string[]])[] = [
  ["black", "black", ["#1c1c1f", "#26241f", "#2a282b"]],
  ["dark grey", "grey", ["#45464a", "#55565a"]],
  ["grey", "grey", ["#77787b", "#8d8d8f"]],
  ["light grey", "grey", ["#b4b4b6"]],
  ["blue grey", "grey", ["#6d7885"]],
  ["white", "white", ["#f2f2f2", "#d8d8d8"]],
  ["off-white", "white", ["#e6e0d2"]],
  ["cream", "white", ["#eee3c8"]],
  ["beige", "beige", ["#c9b79c", "#b8a88f"]],
  ["taupe", "brown", ["#8a7666"]],
  ["tan", "brown", ["#b08a62"]],
  ["brown", "brown", ["#5e4230"]],
  ["dark brown", "brown", ["#372a22"]],
  ["navy blue", "blue", ["#1d2440", "#2b3350"]],
  ["dark blue", "blue", ["#33456b"]],
  ["blue", "blue", ["#2c4fa8", "#4a6a94", "#2a3cc8", "#3c5570"]],
  ["light blue", "blue", ["#a3bbd6", "#7f9cc0"]],
  ["teal blue", "blue", ["#1f5a74"]],
  ["turquoise", "blue", ["#3fa7b5"]],
  ["green", "green", ["#2f7d4a", "#5aa63c"]],
  ["dark green", "green", ["#27402f"]],
  ["olive green", "green", ["#55523a", "#6b6a4a"]],
  ["mint green", "green", ["#a9d1bd"]],
  ["light green", "green", ["#a3c98a", "#8fce3a"]],
  ["red", "red", ["#b3202c", "#8c2430", "#c04a4a"]],
  ["burgundy", "red", ["#5c1f2c"]],
  ["pink", "pink", ["#e7a3b5", "#d9708f", "#d6307a"]],
  ["light pink", "pink", ["#ecc8cc", "#b98587"]],
  ["purple", "purple", ["#5a3a7a", "#3f2f4f"]],
  ["lilac", "purple", ["#b39ccb"]],
  ["mauve", "purple", ["#8a6475"]],
  ["orange", "orange", ["#e07a2a", "#e87a62"]],
  ["rust orange", "orange", ["#9a4a25"]],
  ["yellow", "yellow", ["#e6c637", "#f0e79a"]],
  ["mustard", "yellow", ["#b58a2c"]],
];

/** Colours without a modifier. `multicolor` is what no single one of the others describes. */
export const baseColours = [
  "black",
  "grey",
  "white",
  "beige",
  "brown",
  "blue",
  "green",
  "red",
  "pink",
  "purple",
  "orange",
  "yellow",
] as const;

export type BaseColour = (typeof baseColours)[number];
