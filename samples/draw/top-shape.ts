import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";
import type { GarmentPlan } from "./plan.ts";
import { curve, symmetric } from "./shape.ts";
import type { Point } from "./shape.ts";
import type { GarmentType, Neckline } from "./vocabulary.ts";

/** Measures of a garment for the upper body; y = 0 is where shoulder and neck meet, x = 0 its middle. */
export interface TopShape {
  neck: number;
  shoulder: Point;
  armpit: Point;
  waist: Point;
  hem: Point;
  /** How far the hem hangs lower in the middle than at the sides. */
  hemDip: number;
  /** Right half of the front neckline, from its lowest point in the middle up to the shoulder. */
  cut: Point[];
  depth: number;
  outline: Point[];
}

const measures: Partial<Record<GarmentType, { chest: number; waist: number; hem: number; length: number }>> = {
  "t-shirt": { chest: 112, waist: 108, hem: 112, length: 325 },
  "long sleeve top": { chest: 108, waist: 102, hem: 108, length: 330 },
  shirt: { chest: 116, waist: 110, hem: 116, length: 352 },
  blouse: { chest: 106, waist: 104, hem: 132, length: 308 },
  sweater: { chest: 122, waist: 122, hem: 110, length: 310 },
  cardigan: { chest: 116, waist: 114, hem: 114, length: 335 },
  sweatshirt: { chest: 124, waist: 124, hem: 110, length: 310 },
  hoodie: { chest: 124, waist: 124, hem: 112, length: 325 },
  jacket: { chest: 124, waist: 120, hem: 118, length: 332 },
  coat: { chest: 122, waist: 118, hem: 148, length: 520 },
  vest: { chest: 114, waist: 112, hem: 114, length: 325 },
  dress: { chest: 94, waist: 78, hem: 158, length: 500 },
};

/** Half width of the neck hole and depth of the front below the shoulder point. */
const necks: Readonly<Record<Neckline, readonly [half: number, depth: number]>> = {
  "crew neck": [46, 32],
  "v-neck": [46, 104],
  "scoop neck": [60, 88],
  "boat neck": [84, 17],
  henley: [46, 32],
  collared: [42, 40],
  "button-down collar": [42, 40],
  "stand collar": [44, 26],
  "mock neck": [44, 20],
  turtleneck: [42, 20],
  hooded: [52, 44],
  lapel: [46, 150],
};

export function measureTop(plan: GarmentPlan, random: Random): TopShape {
  const measure = measures[plan.type];
  if (measure === undefined || plan.neckline === null) throw new RangeError(`${plan.type} is not cut as a top`);
  const wider = between(random, 0.95, 1.06);
  const isSleeveless = plan.sleeveLength === "sleeveless";
  const [neck, plainDepth] = necks[plan.neckline];
  const depth = plan.type === "cardigan" && plan.neckline === "v-neck" ? 128 : plainDepth;
  const drop = plan.neckline === "boat neck" ? 12 : between(random, 20, 28);
  const chest = measure.chest * wider;
  const shoulderX = isSleeveless && plan.type !== "vest" ? Math.max(neck + 20, chest * 0.74) : chest * 0.97;
  const length = measure.length * between(random, 0.95, 1.05);
  const waistY = plan.type === "dress" ? 205 : length * 0.6;
  const shoulder: Point = [shoulderX, drop];
  const armpit: Point = [chest, drop + (isSleeveless ? 86 : 92)];
  const waist: Point = [measure.waist * wider, waistY];
  const hem: Point = [measure.hem * wider * (plan.type === "dress" ? between(random, 0.8, 1.1) : 1), length];
  const isShirtTail = plan.type === "shirt";
  const hemDip = isShirtTail ? 26 : plan.type === "dress" ? 14 : 4;
  const cut = cutNeck(plan.neckline, neck, depth);
  const outline = symmetric([
    ...cut,
    ...curve([neck, 0], [(neck + shoulderX) / 2, drop * 0.4], shoulder, 4).slice(1),
    ...curve(shoulder, [shoulderX - (isSleeveless ? 16 : 7), armpit[1] * 0.72], armpit, 8).slice(1),
    ...curve(armpit, [(armpit[0] + waist[0]) / 2 - 3, (armpit[1] + waistY) / 2], waist, 6).slice(1),
    ...curve(
      waist,
      [plan.type === "dress" ? waist[0] + 14 : waist[0], waistY + (length - waistY) * 0.35],
      hem,
      8,
    ).slice(1),
    ...curve(hem, [hem[0] * (isShirtTail ? 0.72 : 0.5), length + hemDip * 1.15], [0, length + hemDip], 8).slice(1),
  ]);
  return { neck, shoulder, armpit, waist, hem, hemDip, cut, depth, outline };
}

function cutNeck(neckline: Neckline, half: number, depth: number): Point[] {
  switch (neckline) {
    case "v-neck":
    case "lapel":
      return curve([0, depth], [half * 0.62, depth * 0.42], [half, 0], 8);
    case "boat neck":
      return curve([0, depth], [half * 0.75, depth], [half, 0], 8);
    case "scoop neck":
      return curve([0, depth], [half * 0.95, depth], [half, 0], 12);
    case "crew neck":
    case "henley":
    case "collared":
    case "button-down collar":
    case "stand collar":
    case "mock neck":
    case "turtleneck":
    case "hooded":
      return curve([0, depth], [half * 0.92, depth * 0.95], [half, 0], 10);
  }
}
