import type { Mask } from "./segmentation.ts";

/** The rectangle that holds the garment, in pixels of the working image. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Frame of the garment without stray pixels: rows and columns at the ends that hold next to nothing of it are cut off. */
export function frameOf(mask: Mask): Box {
  const perRow = new Float64Array(mask.height);
  const perColumn = new Float64Array(mask.width);
  for (let y = 0, at = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++, at++) {
      perRow[y]! += mask.inside[at]!;
      perColumn[x]! += mask.inside[at]!;
    }
  const [top, bottom] = trim(perRow, mask.area * 0.005);
  const [left, right] = trim(perColumn, mask.area * 0.005);
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function trim(counts: Float64Array, slack: number): [number, number] {
  let first = 0;
  let last = counts.length - 1;
  for (let sum = counts[first]!; sum < slack && first < last; sum += counts[first]!) first++;
  for (let sum = counts[last]!; sum < slack && last > first; sum += counts[last]!) last--;
  return [first, last];
}
