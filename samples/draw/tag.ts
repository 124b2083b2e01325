import { between, pick, streamOf } from "./choice.ts";
import { drawText, textWidth } from "./letters.ts";
import type { GarmentPlan } from "./plan.ts";
import { darken } from "./palette.ts";
import { createSheet } from "./sheet.ts";
import { number } from "./shape.ts";
import { canvas } from "./background.ts";

const cares = ["100% COTTON", "60% COTTON", "COLD WASH", "DO NOT IRON", "HAND WASH"] as const;

/**
 * The second view as SVG text: a close-up of the sewn-in tag with the size and, on most tags, the maker's name.
 * Throws RangeError for a plan without a tag.
 */
export function drawTag(plan: GarmentPlan): string {
  if (plan.tag === null) throw new RangeError(`garment ${plan.index} has no tag`);
  const random = streamOf(plan.seed, plan.index, 2);
  const sheet = createSheet(plan, 0);
  const [cloth, ink, frame] = pick(random, [
    ["#f2efe7", "#22242b", "#b9b3a5"],
    ["#1f2127", "#f0ede4", "#4b4e57"],
    ["#efe6cf", "#6d2330", "#b99f6c"],
  ] as const);
  const [half, top] = [between(random, 176, 200), -150];
  const height = plan.tag.showsBrand ? 300 : 230;
  const brandHeight = Math.min(46, (half * 1.7) / textWidth(plan.brand, 1));
  const sizeHeight = Math.min(plan.tag.showsBrand ? 64 : 84, (half * 1.5) / textWidth(plan.tag.size, 1));
  const words = [
    plan.tag.showsBrand ? drawText(plan.brand, { x: 0, y: top + 46, height: brandHeight, color: ink, weight: 1 }) : "",
    drawText(plan.tag.size, {
      x: 0,
      y: top + (plan.tag.showsBrand ? 138 : 56),
      height: sizeHeight,
      color: ink,
      weight: 1.1,
    }),
    drawText(pick(random, cares), { x: 0, y: top + height - 56, height: 18, color: ink, weight: 0.7 }),
  ];
  const around: [number, number][] = [
    [-900, -900],
    [900, -900],
    [900, 900],
    [-900, 900],
  ];
  const seam = (y: number): string =>
    `<path d="M-460 ${y}Q0 ${y + 26} 460 ${y}" fill="none" stroke="#000" stroke-opacity=".35" stroke-width="10"/><path d="M-460 ${y + 3}Q0 ${y + 29} 460 ${y + 3}" fill="none" stroke="${sheet.seam}" stroke-width="4" stroke-dasharray="13 7"/>`;
  const stitches = [-1, 1]
    .map(
      (side) =>
        `<path d="M${number(side * (half - 9))} ${top + 8}V${top + height - 8}" stroke="${frame}" stroke-width="4" stroke-dasharray="9 6"/>`,
    )
    .join("");
  const label =
    `<rect x="${number(-half)}" y="${top}" width="${number(half * 2)}" height="${height}" rx="3" fill="#000" opacity=".45" transform="translate(7 10)" filter="url(#soft)"/>` +
    `<rect x="${number(-half)}" y="${top}" width="${number(half * 2)}" height="${height}" rx="3" fill="${cloth}" stroke="${darken(cloth, 0.3)}" stroke-width="2"/>${stitches}${words.join("")}`;
  const fabric = sheet.piece(around, { part: "main", depth: 0 });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${canvas.height}" viewBox="${canvas.left} ${canvas.top} ${canvas.width} ${canvas.height}">` +
    `<defs>${sheet.definitions()}${closeUpFilter(Math.floor(random() * 1000))}</defs>` +
    `<g filter="url(#close)"><g transform="scale(1.7)">${fabric}</g>${seam(-250)}` +
    `<g transform="translate(${number(between(random, -20, 20))} ${number(between(random, -30, 30))}) rotate(${number(between(random, -8, 8))})">${label}</g></g></svg>`
  );
}

function closeUpFilter(seed: number): string {
  return (
    `<filter id="close" filterUnits="userSpaceOnUse" x="${canvas.left}" y="${canvas.top}" width="${canvas.width}" height="${canvas.height}" color-interpolation-filters="sRGB">` +
    `<feTurbulence type="fractalNoise" baseFrequency="0.006 0.005" numOctaves="2" seed="${seed}" result="noise"/>` +
    `<feDisplacementMap in="SourceGraphic" in2="noise" scale="22" xChannelSelector="R" yChannelSelector="G" result="bent"/>` +
    `<feDiffuseLighting in="noise" surfaceScale="15" diffuseConstant="1.14" lighting-color="#fff" result="light"><feDistantLight azimuth="225" elevation="60"/></feDiffuseLighting>` +
    `<feComposite in="bent" in2="light" operator="arithmetic" k1=".98" k3=".08" k4="-.078"/></filter>`
  );
}
