import type { Pixels } from "../sighting.ts";
import type { ColourNaming, ColourShares } from "./colour-naming.ts";
import { toOklab } from "./oklab.ts";
import type { LabImage } from "./oklab.ts";
import type { Mask } from "./segmentation.ts";

/** What the garment's colours are: shares by word, and numbers for the classifier. */
export interface ColourDescription {
  shares: ColourShares;
  features: number[];
}

/** Samples on the long side. Single pixels, not means: the mean of navy and white dots is a grey that nobody wears. */
const samplesAcross = 100;
const sectors = 8;
/** OKLab chroma under which a pixel counts as without colour. */
const greyChroma = 0.025;
/** Added to a share before its logarithm: a colour with no pixel is unlikely, not impossible. */
const smallShare = 0.03;

/** The garment's colour as shares of words, with its lightness, tint and hues against those of the background. */
export function describeColour(pixels: Pixels, mask: Mask, nameColours: ColourNaming): ColourDescription {
  const { garment, background } = takeSamples(pixels, mask);
  const shares = nameColours(garment.l, garment.a, garment.b);
  const light = garment.l.toSorted();
  const redness = garment.a.toSorted();
  const yellowness = garment.b.toSorted();
  const behind = background.l.toSorted();
  return {
    shares,
    features: [
      ...Array.from(shares.bases, (share) => Math.log(share + smallShare)),
      ...Array.from(shares.bases, Math.sqrt),
      ...[0.05, 0.25, 0.5, 0.75, 0.95].map((share) => quantile(light, share)),
      ...[0.1, 0.5, 0.9].map((share) => quantile(redness, share)),
      ...[0.1, 0.5, 0.9].map((share) => quantile(yellowness, share)),
      ...hues(garment),
      quantile(behind, 0.5),
      quantile(behind, 0.95),
      quantile(background.a.toSorted(), 0.5),
      quantile(background.b.toSorted(), 0.5),
      quantile(light, 0.5) - quantile(behind, 0.5),
    ],
  };
}

function takeSamples(pixels: Pixels, mask: Mask): { garment: LabImage; background: LabImage } {
  const step = Math.max(1, Math.round(Math.max(pixels.width, pixels.height) / samplesAcross));
  const inside: number[] = [];
  const outside: number[] = [];
  for (let y = step >> 1; y < pixels.height; y += step) {
    const row = Math.floor((y * mask.height) / pixels.height) * mask.width;
    for (let x = step >> 1; x < pixels.width; x += step) {
      const isGarment = mask.inside[row + Math.floor((x * mask.width) / pixels.width)] === 1;
      (isGarment ? inside : outside).push((y * pixels.width + x) * 3);
    }
  }
  const convert = (places: number[]) => {
    const data = new Uint8Array(places.length * 3);
    for (const [i, at] of places.entries()) {
      data[i * 3] = pixels.data[at]!;
      data[i * 3 + 1] = pixels.data[at + 1]!;
      data[i * 3 + 2] = pixels.data[at + 2]!;
    }
    return toOklab({ data, width: places.length, height: 1 });
  };
  return { garment: convert(inside), background: convert(outside) };
}

function quantile(sorted: Float32Array, share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

/** Mean a, b and chroma, how strong each eighth of the hue circle is, and shares of dark, middling and light greys. */
function hues({ l, a, b }: LabImage): number[] {
  const strength = new Float64Array(sectors);
  const greys = [0, 0, 0];
  let redness = 0;
  let yellowness = 0;
  let chromaSum = 0;
  for (let i = 0; i < l.length; i++) {
    const chroma = Math.hypot(a[i]!, b[i]!);
    redness += a[i]!;
    yellowness += b[i]!;
    chromaSum += chroma;
    if (chroma < greyChroma) greys[l[i]! < 0.37 ? 0 : l[i]! < 0.7 ? 1 : 2]!++;
    if (chroma < 0.012) continue;
    const sector = Math.floor((Math.atan2(b[i]!, a[i]!) / Math.PI + 1) * (sectors / 2) + 0.5) % sectors;
    strength[sector]! += Math.min(0.15, chroma - 0.012);
  }
  const count = Math.max(1, l.length);
  return [
    redness / count,
    yellowness / count,
    chromaSum / count,
    ...Array.from(strength, (value) => Math.sqrt(value / count)),
    ...greys.map((value) => value / count),
  ];
}
