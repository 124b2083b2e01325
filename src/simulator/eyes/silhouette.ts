import { frameOf } from "./frame.ts";
import type { Box } from "./frame.ts";
import type { LabImage } from "./oklab.ts";
import { describeProportions } from "./proportions.ts";
import type { Mask } from "./segmentation.ts";

const rows = 10;
const columns = 8;
const cells = 4;
const directions = 6;

/**
 * The garment's outline as numbers, independent of its size, place and side: proportions, how wide it is and how many pieces
 * it has from top to bottom (sleeves and legs are extra pieces), which parts of its frame it fills, and where its edges run.
 */
export function describeShape(image: LabImage, mask: Mask): number[] {
  const box = frameOf(mask);
  const touches = [
    box.left === 0,
    box.left + box.width === mask.width,
    box.top === 0,
    box.top + box.height === mask.height,
  ];
  return [
    Math.log(box.height / box.width),
    Math.log(mask.width / mask.height),
    Math.sqrt((box.width * box.height) / (mask.width * mask.height)),
    mask.area / (box.width * box.height),
    (box.top + box.height / 2) / mask.height,
    touches.filter(Boolean).length / 4,
    ...describeProportions(mask, box),
    ...rowProfile(mask, box),
    ...occupancy(mask, box),
    ...edgeDirections(image, box),
  ];
}

/** For bands from top to bottom: width of the outline, garment within it, and separate pieces. */
function rowProfile(mask: Mask, box: Box): number[] {
  const profile: number[] = [];
  for (let band = 0; band < rows; band++) {
    const from = box.top + Math.floor((band * box.height) / rows);
    const to = Math.max(from + 1, box.top + Math.floor(((band + 1) * box.height) / rows));
    let span = 0;
    let filled = 0;
    let pieces = 0;
    for (let y = from; y < to; y++) {
      const line = readRow(mask, box, y);
      span += line.span;
      filled += line.filled;
      pieces += line.pieces;
    }
    const count = (to - from) * box.width;
    profile.push(span / count, filled / count, Math.min(3, pieces / (to - from)) / 3);
  }
  return profile;
}

function readRow(mask: Mask, box: Box, y: number): { span: number; filled: number; pieces: number } {
  let first = -1;
  let last = -1;
  let filled = 0;
  let pieces = 0;
  for (let x = box.left; x < box.left + box.width; x++) {
    const at = y * mask.width + x;
    if (mask.inside[at] === 0) continue;
    if (first < 0) first = x;
    if (x === box.left || mask.inside[at - 1] === 0) pieces++;
    last = x;
    filled++;
  }
  return { span: first < 0 ? 0 : last - first + 1, filled, pieces };
}

/** Share of garment in each cell of a grid over the frame, left and right averaged. */
function occupancy(mask: Mask, box: Box): number[] {
  const half = columns / 2;
  const filled = new Float64Array(rows * half);
  const total = new Float64Array(rows * half);
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++) {
      const column = Math.floor((x * columns) / box.width);
      const cell = Math.floor((y * rows) / box.height) * half + Math.min(column, columns - 1 - column);
      filled[cell]! += mask.inside[(box.top + y) * mask.width + box.left + x]!;
      total[cell]!++;
    }
  return Array.from(filled, (value, i) => (total[i]! > 0 ? value / total[i]! : 0));
}

/** Histogram of edge directions in each cell of a coarse grid over the frame, mirrored halves added up (Dalal & Triggs 2005). */
function edgeDirections(image: LabImage, box: Box): number[] {
  const half = cells / 2;
  const histogram = new Float64Array(cells * half * directions);
  const { width, height, l, a, b } = image;
  for (let y = Math.max(1, box.top); y < Math.min(height - 1, box.top + box.height); y++)
    for (let x = Math.max(1, box.left); x < Math.min(width - 1, box.left + box.width); x++) {
      const at = y * width + x;
      let across = l[at + 1]! - l[at - 1]!;
      let down = l[at + width]! - l[at - width]!;
      let strength = Math.hypot(across, down);
      for (const plane of [a, b]) {
        const planeAcross = 2 * (plane[at + 1]! - plane[at - 1]!);
        const planeDown = 2 * (plane[at + width]! - plane[at - width]!);
        const planeStrength = Math.hypot(planeAcross, planeDown);
        if (planeStrength > strength) [across, down, strength] = [planeAcross, planeDown, planeStrength];
      }
      if (strength < 0.01) continue;
      const column = Math.min(cells - 1, Math.floor(((x - box.left) * cells) / box.width));
      const isMirrored = column >= half;
      const angle = Math.atan2(down, isMirrored ? -across : across);
      const direction = Math.floor((((angle + 2 * Math.PI) % Math.PI) * directions) / Math.PI) % directions;
      const row = Math.min(cells - 1, Math.floor(((y - box.top) * cells) / box.height));
      histogram[(row * half + (isMirrored ? cells - 1 - column : column)) * directions + direction]! += Math.min(
        strength,
        0.2,
      );
    }
  return normaliseCells(histogram);
}

function normaliseCells(histogram: Float64Array): number[] {
  const mean = histogram.reduce((sum, value) => sum + value, 0) / histogram.length;
  return Array.from(histogram, (value) => Math.sqrt(value / (mean + 1e-6)));
}
