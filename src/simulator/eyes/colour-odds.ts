import type { LabImage } from "./oklab.ts";

const lightBins = 12;
const hueBins = 14;
/** Widest a and b that get a bin of their own; stronger colours share the outermost. */
const hueReach = 0.21;

/** For every pixel, the cell of OKLab space that its colour falls in. */
export function colourBins(image: LabImage): Uint16Array {
  const bins = new Uint16Array(image.l.length);
  for (let i = 0; i < bins.length; i++) {
    const light = Math.min(lightBins - 1, Math.floor(image.l[i]! * lightBins));
    bins[i] = (light * hueBins + hueBin(image.a[i]!)) * hueBins + hueBin(image.b[i]!);
  }
  return bins;
}

function hueBin(value: number): number {
  return Math.min(hueBins - 1, Math.max(0, Math.floor((value + hueReach) * (hueBins / (2 * hueReach)))));
}

/** Log likelihood ratio garment : background of every bin, each histogram smeared into its neighbours. */
export function colourOdds(bins: Uint16Array, garment: Float32Array): Float32Array {
  const size = lightBins * hueBins * hueBins;
  const inside = new Float32Array(size);
  const outside = new Float32Array(size);
  let insideTotal = 0;
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i]!;
    const share = garment[i]!;
    inside[bin]! += share;
    outside[bin]! += 1 - share;
    insideTotal += share;
  }
  const outsideTotal = bins.length - insideTotal;
  const smoothInside = smear(inside);
  const smoothOutside = smear(outside);
  // The floor keeps a colour seen a few times from being certain; the clamp keeps colour from silencing place.
  const floor = 2e-4;
  return smoothInside.map((count, bin) => {
    const ratio = (count / insideTotal + floor) / (smoothOutside[bin]! / outsideTotal + floor);
    return Math.max(-4, Math.min(4, Math.log(ratio)));
  });
}

function smear(histogram: Float32Array): Float32Array {
  let current = histogram;
  for (const step of [1, hueBins, hueBins * hueBins]) {
    const next = new Float32Array(current.length);
    for (let i = 0; i < next.length; i++) {
      const before = i >= step ? current[i - step]! : 0;
      const after = i + step < next.length ? current[i + step]! : 0;
      next[i] = 0.5 * current[i]! + 0.25 * (before + after);
    }
    current = next;
  }
  return current;
}
