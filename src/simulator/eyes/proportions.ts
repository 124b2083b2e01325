import type { Box } from "./frame.ts";
import type { Mask } from "./segmentation.ts";

/**
 * Proportions that tell kinds of garment apart, measured against the trunk (the run of garment around the middle column) rather
 * than the frame, so that spread or folded sleeves change little: how long it is for its width, whether it flares or narrows,
 * how far sleeves stand out and reach down, where legs part.
 */
export function describeProportions(mask: Mask, box: Box): number[] {
  const spans = Array.from({ length: box.height }, (_, y) => middleRun(mask, box, box.top + y));
  const at = (from: number, to: number) =>
    median(spans.slice(Math.floor(from * box.height), Math.ceil(to * box.height)));
  const trunk = Math.max(2, at(0.35, 0.9));
  const outer = Array.from({ length: box.height }, (_, y) => outerWidth(mask, box, box.top + y));
  const outerAt = (from: number, to: number) =>
    median(outer.slice(Math.floor(from * box.height), Math.ceil(to * box.height)));
  const ratio = (value: number, against: number) => Math.log((value + 1) / (against + 1));
  return [
    ratio(box.height, trunk),
    ratio(box.width, trunk),
    ratio(at(0.85, 0.97), at(0.45, 0.55)),
    ratio(at(0.45, 0.55), at(0.25, 0.35)),
    ratio(at(0.02, 0.1), at(0.45, 0.55)),
    ratio(outerAt(0.02, 0.1), outerAt(0.85, 0.97)),
    ratio(outerAt(0.2, 0.35), outerAt(0.75, 0.95)),
    ratio(outerAt(0.45, 0.6), outerAt(0.75, 0.95)),
    partingHeight(mask, box),
    notchDepth(mask, box),
    sleeveReach(mask, box, trunk),
    symmetry(mask, box),
  ];
}

/** Length of the run of garment nearest to the middle of a row. */
function middleRun(mask: Mask, box: Box, y: number): number {
  const row = y * mask.width;
  const middle = box.left + Math.floor(box.width / 2);
  let start = -1;
  for (let step = 0; step < box.width / 4 && start < 0; step++) {
    if (mask.inside[row + middle - step] === 1) start = middle - step;
    else if (mask.inside[row + middle + step] === 1) start = middle + step;
  }
  if (start < 0) return 0;
  let left = start;
  let right = start;
  while (left > box.left && mask.inside[row + left - 1] === 1) left--;
  while (right < box.left + box.width - 1 && mask.inside[row + right + 1] === 1) right++;
  return right - left + 1;
}

function outerWidth(mask: Mask, box: Box, y: number): number {
  const row = y * mask.width;
  let left = box.left;
  let right = box.left + box.width - 1;
  while (left < right && mask.inside[row + left] === 0) left++;
  while (right > left && mask.inside[row + right] === 0) right--;
  return right - left;
}

/** How far up from the hem the middle stays open, as a share of the height: the legs of trousers, the gap between shoes. */
function partingHeight(mask: Mask, box: Box): number {
  let best = 0;
  for (let x = box.left + Math.floor(box.width * 0.35); x < box.left + box.width * 0.65; x++) {
    let open = 0;
    while (open < box.height && mask.inside[(box.top + box.height - 1 - open) * mask.width + x] === 0) open++;
    best = Math.max(best, open / box.height);
  }
  return best;
}

/** How deep the middle is cut from above: a neckline. */
function notchDepth(mask: Mask, box: Box): number {
  const x = box.left + Math.floor(box.width / 2);
  let open = 0;
  while (open < box.height && mask.inside[(box.top + open) * mask.width + x] === 0) open++;
  return open / box.height;
}

/** How far down garment is found beyond the trunk on either side, as a share of the height. */
function sleeveReach(mask: Mask, box: Box, trunk: number): number {
  const middle = box.left + box.width / 2;
  let lowest = 0;
  for (let y = 0; y < box.height; y++)
    for (const x of [Math.floor(middle - trunk * 0.65), Math.ceil(middle + trunk * 0.65)])
      if (x >= box.left && x < box.left + box.width && mask.inside[(box.top + y) * mask.width + x] === 1) lowest = y;
  return lowest / box.height;
}

function symmetry(mask: Mask, box: Box): number {
  let same = 0;
  for (let y = box.top; y < box.top + box.height; y++)
    for (let x = 0; x < box.width; x++) {
      const row = y * mask.width + box.left;
      if (mask.inside[row + x] === mask.inside[row + box.width - 1 - x]) same++;
    }
  return same / (box.width * box.height);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
