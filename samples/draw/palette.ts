import { formatHex, interpolate } from "culori";

/** What each colour word looks like as cloth in even light. Black and white keep room for folds. */
const cloth = {
  black: "#222225",
  white: "#f3f2ee",
  cream: "#efe4c8",
  grey: "#85878a",
  "light grey": "#c4c6c8",
  "dark grey": "#4a4c50",
  beige: "#d3bd98",
  brown: "#6a4329",
  taupe: "#8f7f70",
  "navy blue": "#1c274e",
  "dark blue": "#28406f",
  blue: "#2f66b8",
  "light blue": "#93bfe6",
  "slate blue": "#5e718f",
  turquoise: "#2fb5b0",
  red: "#c2232c",
  burgundy: "#6d1a2e",
  orange: "#ea7a24",
  "rust orange": "#b5532a",
  coral: "#f27d68",
  mustard: "#d09e25",
  yellow: "#f1d23e",
  green: "#2f8a48",
  "dark green": "#1f4a35",
  "olive green": "#6a6c3a",
  "mint green": "#a4dcc0",
  purple: "#643a94",
  lavender: "#b7a4db",
  pink: "#ea74a4",
  "light pink": "#f6c3d0",
} as const;

export type ColorName = keyof typeof cloth;
export const colorNames = Object.keys(cloth) as ColorName[];

/** Cloth and print that stay apart at a glance; the first colour covers more of the garment. */
export const colorPairs: readonly (readonly [ColorName, ColorName])[] = [
  ["navy blue", "white"],
  ["white", "navy blue"],
  ["black", "white"],
  ["white", "red"],
  ["red", "white"],
  ["light blue", "white"],
  ["blue", "white"],
  ["black", "red"],
  ["grey", "black"],
  ["light grey", "navy blue"],
  ["pink", "white"],
  ["green", "white"],
  ["mustard", "navy blue"],
  ["burgundy", "cream"],
  ["beige", "brown"],
  ["cream", "green"],
  ["dark green", "mustard"],
  ["lavender", "purple"],
  ["turquoise", "yellow"],
  ["coral", "white"],
  ["black", "yellow"],
  ["purple", "turquoise"],
  ["orange", "dark blue"],
  ["white", "black"],
  ["light pink", "burgundy"],
  ["blue", "orange"],
];

export function hexOf(name: ColorName): string {
  return cloth[name];
}

/** Mixes two colours; `amount` 0 gives the first, 1 the second. */
export function mix(from: string, to: string, amount: number): string {
  return formatHex(interpolate([from, to], "rgb")(amount));
}

export function darken(hex: string, amount: number): string {
  return mix(hex, "#0b0a10", amount);
}

export function lighten(hex: string, amount: number): string {
  return mix(hex, "#ffffff", amount);
}

/** Perceived brightness in 0..1 (Rec. 709 weights on the encoded values: enough to keep things apart). */
export function brightness(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16);
  return (0.2126 * (value >> 16) + 0.7152 * ((value >> 8) & 255) + 0.0722 * (value & 255)) / 255;
}
