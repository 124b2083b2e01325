import type { Pixels } from "../sighting.ts";
import { boxBlur } from "./box-blur.ts";
import { logOf } from "./plane.ts";
import type { Plane } from "./plane.ts";
import { describeRepeats } from "./repeats.ts";
import type { Mask } from "./segmentation.ts";
import { describeSpread } from "./spread.ts";

/** Scales, in pixels of the texture image, between which detail is measured. */
const radii = [1, 3, 8] as const;

/**
 * The garment's surface as numbers: how much detail there is at each scale in lightness and in two colour channels, how much
 * of it is hard edges, which way it runs, whether it repeats, and whether it sits in one place or all over. Folds are
 * soft, grey and irregular; prints and weaves are not.
 *
 * @param pixels about twice the mask's size: a thin stripe must survive
 */
export function describeTexture(pixels: Pixels, mask: Mask): number[] {
  const inner = innerPixels(pixels, mask);
  const planes = opponentPlanes(pixels);
  const [light] = planes;
  return [
    ...planes.flatMap((plane) => bandEnergies(plane, inner)),
    ...edgeShares(light, inner),
    ...describeRepeats(light, inner),
    ...describeSpread(planes, inner),
  ];
}

/** Indices of pixels that lie well inside the outline, so that the outline itself is no texture. */
function innerPixels(pixels: Pixels, mask: Mask): Int32Array {
  const soft = boxBlur(Float32Array.from(mask.inside), mask.width, mask.height, 2);
  const inner = new Int32Array(pixels.width * pixels.height);
  let count = 0;
  const columns = Int32Array.from({ length: pixels.width }, (_, x) => Math.floor((x * mask.width) / pixels.width));
  for (let y = 2; y < pixels.height - 2; y++) {
    const row = Math.floor((y * mask.height) / pixels.height) * mask.width;
    for (let x = 2; x < pixels.width - 2; x++)
      if (soft[row + columns[x]!]! > 0.97) inner[count++] = y * pixels.width + x;
  }
  return inner.subarray(0, count);
}

/** Lightness, red against green, blue against yellow, from display values: cheap, and even in steps that the eye sees. */
function opponentPlanes({ data, width, height }: Pixels): [Plane, Plane, Plane] {
  const plane = () => ({ values: new Float32Array(width * height), width, height });
  const [light, redness, blueness] = [plane(), plane(), plane()];
  for (let i = 0, at = 0; i < light.values.length; i++, at += 3) {
    const red = data[at]! / 255;
    const green = data[at + 1]! / 255;
    const blue = data[at + 2]! / 255;
    light.values[i] = (red + green + blue) / 3;
    redness.values[i] = red - green;
    blueness.values[i] = blue - (red + green) / 2;
  }
  return [light, redness, blueness];
}

/** Detail of every scale and how peaked it is: a lone print leaves most of the cloth flat, an all-over pattern does not. */
function bandEnergies(plane: Plane, inner: Int32Array): number[] {
  const { values, width, height } = plane;
  const levels = [values, ...radii.map((radius) => boxBlur(values, width, height, radius))];
  const count = Math.ceil(inner.length / 2) + 1;
  const energies = radii.flatMap((_, k) => {
    const [squares, absolutes] = sumDifferences(levels[k]!, levels[k + 1]!, inner);
    const deviation = Math.sqrt(squares / count);
    return [logOf(deviation), Math.min(4, deviation / (absolutes / count + 1e-4))];
  });
  const [squares, sum] = sumDifferences(values, null, inner);
  return [...energies, logOf(Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)))];
}

/** Sums, over every second pixel, of the squared and of the absolute difference (against zero: of the value itself). */
function sumDifferences(fine: Float32Array, coarse: Float32Array | null, inner: Int32Array): [number, number] {
  let squares = 0;
  let absolutes = 0;
  for (let k = 0; k < inner.length; k += 2) {
    const at = inner[k]!;
    const difference = coarse === null ? fine[at]! : fine[at]! - coarse[at]!;
    squares += difference * difference;
    absolutes += coarse === null || difference > 0 ? difference : -difference;
  }
  return [squares, absolutes];
}

/** Share of pixels on edges of three strengths, and how much more lightness changes downwards than across. */
function edgeShares(light: Plane, inner: Int32Array): number[] {
  const { values, width } = light;
  let faint = 0;
  let clear = 0;
  let hard = 0;
  let across = 0;
  let down = 0;
  for (const at of inner) {
    const dx = values[at + 1]! - values[at - 1]!;
    const dy = values[at + width]! - values[at - width]!;
    const strength = dx * dx + dy * dy;
    if (strength > 0.08 ** 2) faint++;
    if (strength > 0.16 ** 2) clear++;
    if (strength > 0.3 ** 2) hard++;
    across += dx * dx;
    down += dy * dy;
  }
  const shares = [faint, clear, hard].map((count) => logOf(count / (inner.length + 1)));
  return [...shares, Math.log((down + 0.01) / (across + 0.01))];
}
