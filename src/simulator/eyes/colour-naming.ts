import { baseColours, colourWords } from "./colour-words.ts";
import type { BaseColour } from "./colour-words.ts";
import { toOklab } from "./oklab.ts";

/** How much of a garment goes by each word and by each base colour; shares in the order of the lists, each sum at most 1. */
export interface ColourShares {
  words: Float64Array;
  bases: Float64Array;
}

interface Look {
  word: number;
  base: number;
  l: number;
  a: number;
  b: number;
  lightSpread: number;
  hueSpread: number;
  density: number;
}

/** A photo shows cloth duller than it is: indoor light is dim and cast. */
const dulling = 0.6;
const lightSpread = 0.06;
/** Nobody calls a visible tint grey, while a blue may be any of many blues. */
const neutralSpread = 0.012;
const neutrals = new Set<BaseColour>(["black", "grey", "white"]);
/** How often a base colour is meant, before anything is seen. */
const commonness: Record<BaseColour, number> = {
  black: 1,
  grey: 0.8,
  white: 0.8,
  beige: 0.5,
  brown: 0.5,
  blue: 1,
  green: 0.7,
  red: 1,
  pink: 0.5,
  purple: 0.4,
  orange: 0.4,
  yellow: 0.4,
};

const lightBins = 20;
const hueBins = 40;
const hueReach = 0.2;

export type ColourNaming = (l: Float32Array, a: Float32Array, b: Float32Array) => ColourShares;

/** A namer of pixels (OKLab): each is what the nearest words would call it, as a mixture of normal distributions says. */
export function createColourNaming(): ColourNaming {
  const looks = listLooks();
  return (l, a, b) => {
    const words = new Float64Array(colourWords.length);
    const bases = new Float64Array(baseColours.length);
    const histogram = new Map<number, number>();
    for (let i = 0; i < l.length; i++) {
      const light = Math.min(lightBins - 1, Math.floor(l[i]! * lightBins));
      const key = (light * hueBins + hueBin(a[i]!)) * hueBins + hueBin(b[i]!);
      histogram.set(key, (histogram.get(key) ?? 0) + 1);
    }
    for (const [key, count] of histogram) {
      const share = count / l.length;
      // Specks of JPEG noise cost the most time and say the least.
      if (share > 0.0005) nameColour(looks, key, share, words, bases);
    }
    return { words, bases };
  };
}

function hueBin(value: number): number {
  return Math.min(hueBins - 1, Math.max(0, Math.floor((value + hueReach) * (hueBins / (2 * hueReach)))));
}

function nameColour(looks: Look[], key: number, share: number, words: Float64Array, bases: Float64Array): void {
  const l = (Math.floor(key / hueBins ** 2) + 0.5) / lightBins;
  const a = ((Math.floor(key / hueBins) % hueBins) + 0.5) * ((2 * hueReach) / hueBins) - hueReach;
  const b = ((key % hueBins) + 0.5) * ((2 * hueReach) / hueBins) - hueReach;
  const best = new Float64Array(baseColours.length).fill(1e-6);
  const bestWord = new Int32Array(baseColours.length).fill(-1);
  let total = 0;
  for (const look of looks) {
    const light = (l - look.l) / look.lightSpread;
    const hue = ((a - look.a) ** 2 + (b - look.b) ** 2) / look.hueSpread ** 2;
    const likelihood = look.density * Math.exp(-0.5 * (light * light + hue));
    if (likelihood <= best[look.base]!) continue;
    best[look.base] = likelihood;
    bestWord[look.base] = look.word;
  }
  for (const value of best) total += value;
  for (const [base, value] of best.entries()) {
    bases[base]! += (share * value) / total;
    const word = bestWord[base]!;
    if (word >= 0) words[word]! += (share * value) / total;
  }
}

function listLooks(): Look[] {
  return colourWords.flatMap(([, base, looks], word) =>
    looks.map((hex) => {
      const data = Uint8Array.from([1, 3, 5], (at) => Number.parseInt(hex.slice(at, at + 2), 16));
      const { l, a, b } = toOklab({ data, width: 1, height: 1 });
      const look = { l: l[0]!, a: a[0]! * dulling, b: b[0]! * dulling };
      const chroma = Math.hypot(look.a, look.b);
      const hueSpread = neutrals.has(base) && chroma < 0.012 ? neutralSpread : 0.01 + 0.2 * chroma;
      const density = commonness[base] / (lightSpread * hueSpread ** 2);
      return { word, base: baseColours.indexOf(base), ...look, lightSpread, hueSpread, density };
    }),
  );
}
