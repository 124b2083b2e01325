import { number } from "./shape.ts";

/**
 * Letters as strokes on a grid 4 wide and 6 high. Our own, because fonts differ from machine to machine and a sample must
 * show the same word everywhere.
 */
const glyphs: Readonly<Record<string, string>> = {
  A: "M0 6L2 0L4 6M.7 4H3.3",
  B: "M0 0V6H2.4Q4 6 4 4.4Q4 2.8 2.4 2.8H0M2.2 2.8Q3.7 2.8 3.7 1.4Q3.7 0 2.2 0H0",
  C: "M4 1Q3.4 0 2 0Q0 0 0 2V4Q0 6 2 6Q3.4 6 4 5",
  D: "M0 0V6H1.8Q4 6 4 4V2Q4 0 1.8 0Z",
  E: "M4 0H0V6H4M0 3H3",
  F: "M4 0H0V6M0 3H3",
  G: "M4 1Q3.4 0 2 0Q0 0 0 2V4Q0 6 2 6Q4 6 4 4V3.2H2.2",
  H: "M0 0V6M4 0V6M0 3H4",
  I: "M2 0V6",
  J: "M3.4 0V4.2Q3.4 6 1.7 6Q0 6 0 4.4",
  K: "M0 0V6M4 0L0 3.6M1.4 2.5L4 6",
  L: "M0 0V6H3.8",
  M: "M0 6V0L2 3.4L4 0V6",
  N: "M0 6V0L4 6V0",
  O: "M2 0Q4 0 4 2V4Q4 6 2 6Q0 6 0 4V2Q0 0 2 0Z",
  P: "M0 6V0H2.3Q4 0 4 1.7Q4 3.4 2.3 3.4H0",
  Q: "M2 0Q4 0 4 2V4Q4 6 2 6Q0 6 0 4V2Q0 0 2 0ZM2.6 4.4L4.2 6.4",
  R: "M0 6V0H2.3Q4 0 4 1.7Q4 3.4 2.3 3.4H0M2.2 3.4L4 6",
  S: "M3.9 1.1Q3.4 0 2 0Q.1 0 .1 1.5Q.1 2.7 2 3Q4 3.3 4 4.6Q4 6 2 6Q.5 6 0 4.8",
  T: "M0 0H4M2 0V6",
  U: "M0 0V4Q0 6 2 6Q4 6 4 4V0",
  V: "M0 0L2 6L4 0",
  W: "M0 0L1 6L2 1.6L3 6L4 0",
  X: "M0 0L4 6M4 0L0 6",
  Y: "M0 0L2 3L4 0M2 3V6",
  Z: "M0 0H4L0 6H4",
  "0": "M2 0Q3.8 0 3.8 2V4Q3.8 6 2 6Q.2 6 .2 4V2Q.2 0 2 0Z",
  "1": "M.6 1.2L2 0V6M.8 6H3.2",
  "2": "M0 1.6Q.2 0 2 0Q4 0 4 1.6Q4 2.6 3 3.5L0 6H4",
  "3": "M0 .9Q.6 0 2 0Q3.8 0 3.8 1.4Q3.8 2.8 1.6 2.8Q4 2.8 4 4.4Q4 6 2 6Q.5 6 0 5",
  "4": "M3 6V0L0 4.2H4",
  "5": "M3.8 0H.5L.2 2.7Q.9 2.2 2 2.2Q4 2.2 4 4.1Q4 6 2 6Q.6 6 0 5.1",
  "6": "M3.6 .6Q3 0 2.2 0Q0 0 0 3.4Q0 6 2 6Q4 6 4 4.1Q4 2.3 2.1 2.3Q.4 2.3 0 3.8",
  "7": "M0 0H4L1.4 6",
  "8": "M2 2.8Q.3 2.8 .3 1.4Q.3 0 2 0Q3.7 0 3.7 1.4Q3.7 2.8 2 2.8Q0 2.8 0 4.4Q0 6 2 6Q4 6 4 4.4Q4 2.8 2 2.8Z",
  "9": "M.4 5.4Q1 6 1.8 6Q4 6 4 2.6Q4 0 2 0Q0 0 0 1.9Q0 3.7 1.9 3.7Q3.6 3.7 4 2.2",
  "/": "M0 6L4 0",
  "%": "M0 6L4 0M.4 .4H1.2V1.4H.4ZM2.8 4.6H3.6V5.6H2.8Z",
};

const advance = 5.6;

/** Width of a line of text whose letters are `height` units high. */
export function textWidth(text: string, height: number): number {
  return ((text.length * advance - (advance - 4)) * height) / 6;
}

export interface Lettering {
  /** Middle of the line, and its upper edge. */
  x: number;
  y: number;
  height: number;
  color: string;
  /** Stroke in grid units: 0.6 is thin, 1.2 is heavy. */
  weight?: number;
}

/**
 * Draws one line of text, centred. The group carries the words as `aria-label`: that is what a reader of the SVG (and the
 * test that compares labels with drawings) goes by. Throws RangeError for a character without a glyph.
 */
export function drawText(text: string, { x, y, height, color, weight = 0.85 }: Lettering): string {
  const scale = height / 6;
  const left = x - textWidth(text, height) / 2;
  const strokes = Array.from(text, (letter, i) => {
    if (letter === " ") return "";
    const d = glyphs[letter];
    if (d === undefined) throw new RangeError(`no glyph for ${JSON.stringify(letter)}`);
    return `<path transform="translate(${number(left + i * advance * scale)} ${number(y)}) scale(${scale.toFixed(3)})" d="${d}"/>`;
  });
  return (
    `<g aria-label="${text}" fill="none" stroke="${color}" stroke-width="${weight}" stroke-linecap="round" ` +
    `stroke-linejoin="round">${strokes.join("")}</g>`
  );
}
