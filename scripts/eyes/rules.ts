import type { Attributes } from "../../schemas/index.ts";
import { baseColours } from "../../src/simulator/eyes/colour-words.ts";
import { isPlain, kindOf } from "../../src/simulator/eyes/words.ts";

/** Colour words that are no base colour themselves. */
const baseOfWord: Record<string, string> = {
  gray: "grey",
  charcoal: "grey",
  silver: "grey",
  ivory: "white",
  cream: "white",
  "off-white": "white",
  sand: "beige",
  taupe: "brown",
  tan: "brown",
  camel: "brown",
  khaki: "green",
  olive: "green",
  mint: "green",
  navy: "blue",
  denim: "blue",
  indigo: "blue",
  teal: "blue",
  turquoise: "blue",
  burgundy: "red",
  maroon: "red",
  coral: "orange",
  rust: "orange",
  peach: "orange",
  mustard: "yellow",
  gold: "yellow",
  mauve: "purple",
  lilac: "purple",
  lavender: "purple",
};

/**
 * The head colour of a label: of "X and Y" the first, of its words the last ("light blue" is blue, "blue grey" is grey), and
 * words such as navy, olive or burgundy count as blue, green and red. "multicolor" is a base colour of its own.
 */
export function baseColourOf(color: string): string {
  const head = color.split(" and ")[0]!.trim().split(" ").at(-1)!;
  const base = baseOfWord[head] ?? head;
  if (base === "multicolour") return "multicolor";
  return base;
}

export function isKnownBase(base: string): boolean {
  return base === "multicolor" || (baseColours as readonly string[]).includes(base);
}

export const judgedFigures = ["base colour", "plain or patterned", "kind"] as const;
export type JudgedFigure = (typeof judgedFigures)[number];

/** The coarse answers by which the eyes are judged; null where the field is null. */
export function coarsen(
  attributes: Pick<Attributes, "type" | "color" | "pattern">,
): Record<JudgedFigure, string | null> {
  const { type, color, pattern } = attributes;
  return {
    "base colour": color === null ? null : baseColourOf(color),
    "plain or patterned": pattern === null ? null : isPlain(pattern) ? "plain" : "patterned",
    kind: type === null ? null : kindOf(type),
  };
}
