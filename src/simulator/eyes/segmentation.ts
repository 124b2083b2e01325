import { barrierDistance } from "./barrier-distance.ts";
import { boxBlur } from "./box-blur.ts";
import { colourBins, colourOdds } from "./colour-odds.ts";
import { keepGarment } from "./components.ts";
import type { LabImage } from "./oklab.ts";

/** Which pixels of a working image show the garment. */
export interface Mask {
  width: number;
  height: number;
  /** 1 where the garment is, else 0; row by row. */
  inside: Uint8Array;
  /** Pixels inside. */
  area: number;
}

const rounds = 4;
/** A picture whose colours range less than this between border and middle (OKLab, 0..about 2) shows nothing. */
const leastContrast = 0.02;

/**
 * Separates the garment from what it lies on. A first guess (far from the border in colour and in place) is sharpened by
 * turns: colour statistics of garment and background are taken from the guess, and the guess is taken anew from them.
 * Null where nothing stands out.
 */
export function segment(image: LabImage): Mask | null {
  const { width, height } = image;
  if (Math.min(width, height) < 12) return null;
  const place = placePrior(width, height);
  const start = firstGuess(image, place);
  if (start === null) return null;
  const bins = colourBins(image);
  let garment = start;
  for (let round = 0; round < rounds; round++) {
    const odds = colourOdds(bins, garment);
    // Colour is known better every round, so where a pixel lies counts less.
    const trust = 0.9 - 0.2 * round;
    const next = new Float32Array(garment.length);
    for (let i = 0; i < next.length; i++)
      next[i] = logistic(trust * place[i]! + odds[bins[i]!]! + 1.5 * (garment[i]! - 0.5));
    garment = boxBlur(next, width, height, round < rounds - 1 ? 2 : 1);
  }
  return keepGarment(garment, width, height);
}

/** Log odds that a garment is at a place before anything is seen: photographers centre it and leave a margin. */
function placePrior(width: number, height: number): Float32Array {
  const prior = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    const down = Math.abs((2 * y + 1) / height - 1) ** 3;
    for (let x = 0; x < width; x++, at++) {
      const across = Math.abs((2 * x + 1) / width - 1);
      prior[at] = 1.6 - 3.8 * Math.cbrt(across * across * across + down) ** 2;
    }
  }
  return prior;
}

/** Both cues scaled to the image's own contrast: dark on dark must separate as well as black on white. */
function firstGuess(image: LabImage, place: Float32Array): Float32Array | null {
  const distance = boxBlur(barrierDistance(image), image.width, image.height, 1);
  const sorted = distance.toSorted();
  const low = sorted[Math.floor(sorted.length * 0.15)]!;
  const high = sorted[Math.floor(sorted.length * 0.9)]!;
  if (sorted.at(-1)! < leastContrast) return null;
  const guess = new Float32Array(distance.length);
  for (let i = 0; i < guess.length; i++)
    guess[i] = logistic(place[i]! + 4 * ((distance[i]! - low) / (high - low + 0.02) - 0.5));
  return guess;
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
