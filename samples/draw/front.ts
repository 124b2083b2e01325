import type { Random } from "../../src/kernel/index.ts";
import { canvas, drawBackground } from "./background.ts";
import { cutTrousers } from "./bottom.ts";
import { between, streamOf } from "./choice.ts";
import { drawDefect } from "./defect.ts";
import type { Drawing } from "./drawing.ts";
import { drawHanger } from "./hanger.ts";
import { cutBeanie, cutCap } from "./hat.ts";
import type { GarmentPlan } from "./plan.ts";
import { drawPrints } from "./print.ts";
import { createSheet } from "./sheet.ts";
import type { Sheet } from "./sheet.ts";
import { cutShoes } from "./shoe.ts";
import { cutSkirt } from "./skirt.ts";
import { number } from "./shape.ts";
import type { Box } from "./shape.ts";
import { cutTop } from "./top.ts";
import type { GarmentType } from "./vocabulary.ts";

/** The front view as SVG text: setting, shadow, garment with folds, prints and defect. Same plan, same text. */
export function drawFront(plan: GarmentPlan): string {
  const random = streamOf(plan.seed, plan.index, 1);
  const sheet = createSheet(plan, blockHeights[plan.type] ?? 0);
  const drawing = cut(sheet, plan, random);
  // Sources of their own: a garment with a defect differs from the sound one by the defect alone.
  const prints = drawPrints(plan, drawing, streamOf(plan.seed, plan.index, 5));
  const marks = prints + drawDefect(sheet, plan, drawing, streamOf(plan.seed, plan.index, 6));
  const box = sheet.box();
  const isHung = plan.setting === "wall";
  const hanger = isHung ? drawHanger(drawing.hang) : "";
  const top = isHung ? box.top - 70 : box.top;
  const garment = `<g filter="url(#cloth)">${drawing.layers.join("")}${marks}</g>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${canvas.height}" viewBox="${canvas.left} ${canvas.top} ${canvas.width} ${canvas.height}">` +
    `<defs>${sheet.definitions()}${clothFilter(box, isHung, random)}</defs>` +
    drawBackground(plan.setting, random) +
    `<g transform="${placement({ ...box, top }, isHung, random)}">${hanger}${garment}</g></svg>`
  );
}

/** Where a colour-blocked garment changes from one cloth to the other; hats and shoes do so by piece. */
const blockHeights: Partial<Record<GarmentType, number>> = {
  "t-shirt": 150,
  sweater: 158,
  cardigan: 170,
  sweatshirt: 160,
  hoodie: 150,
  jacket: 132,
  vest: 126,
  shorts: 150,
  leggings: 250,
  cap: 5000,
  beanie: 5000,
  sneakers: 5000,
};

function cut(sheet: Sheet, plan: GarmentPlan, random: Random): Drawing {
  switch (plan.type) {
    case "trousers":
    case "jeans":
    case "shorts":
    case "leggings":
      return cutTrousers(sheet, plan, random);
    case "skirt":
      return cutSkirt(sheet, plan, random);
    case "cap":
      return cutCap(sheet, plan, random);
    case "beanie":
      return cutBeanie(sheet, plan, random);
    case "sneakers":
    case "boots":
      return cutShoes(sheet, plan, random);
    case "t-shirt":
    case "long sleeve top":
    case "shirt":
    case "blouse":
    case "sweater":
    case "cardigan":
    case "sweatshirt":
    case "hoodie":
    case "jacket":
    case "coat":
    case "vest":
    case "dress":
      return cutTop(sheet, plan, random);
  }
}

/** Scales the garment into the picture, a little off the middle and a little turned, as a hand would lay it. */
function placement(box: Box, isHung: boolean, random: Random): string {
  const scale = Math.min(540 / (box.right - box.left), 690 / (box.bottom - box.top), 1.5) * between(random, 0.92, 1);
  const turn = isHung ? between(random, -1, 1) : between(random, -7, 7);
  return (
    `translate(${number(between(random, -12, 12))} ${number(between(random, -12, 12))}) rotate(${number(turn)}) scale(${scale.toFixed(3)}) ` +
    `translate(${number(-(box.left + box.right) / 2)} ${number(-(box.top + box.bottom) / 2)})`
  );
}

/**
 * Turns flat pieces into cloth: one noise field bends edges and prints (displacement) and is lit as a relief (wrinkles);
 * below it lies the shadow. Black cloth would swallow multiplied light, hence the added part (`k3`, `k4`).
 */
function clothFilter(box: Box, isHung: boolean, random: Random): string {
  const margin = 70;
  const region = `x="${number(box.left - margin)}" y="${number(box.top - margin)}" width="${number(box.right - box.left + 2 * margin)}" height="${number(box.bottom - box.top + 2 * margin)}"`;
  const [dx, dy, blur, depth] = isHung ? [13, 12, 11, 0.42] : [6, 9, 7, 0.6];
  return (
    `<filter id="cloth" filterUnits="userSpaceOnUse" ${region} color-interpolation-filters="sRGB">` +
    `<feTurbulence type="fractalNoise" baseFrequency="0.009 0.006" numOctaves="3" seed="${Math.floor(random() * 1000)}" result="noise"/>` +
    `<feDisplacementMap in="SourceGraphic" in2="noise" scale="14" xChannelSelector="R" yChannelSelector="G" result="bent"/>` +
    `<feDiffuseLighting in="noise" surfaceScale="19" diffuseConstant="1.14" lighting-color="#fff" result="light"><feDistantLight azimuth="235" elevation="60"/></feDiffuseLighting>` +
    `<feComposite in="bent" in2="light" operator="arithmetic" k1=".98" k2="0" k3=".1" k4="-.098" result="relief"/>` +
    `<feComposite in="relief" in2="bent" operator="in" result="lit"/>` +
    `<feGaussianBlur in="bent" stdDeviation="${blur}"/><feOffset dx="${dx}" dy="${dy}"/><feColorMatrix values="0 0 0 0 .05 0 0 0 0 .04 0 0 0 0 .06 0 0 0 ${depth} 0" result="shadow"/>` +
    `<feMerge><feMergeNode in="shadow"/><feMergeNode in="lit"/></feMerge></filter>`
  );
}
