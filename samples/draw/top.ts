import type { Random } from "../../src/kernel/index.ts";
import { between, pick } from "./choice.ts";
import type { Drawing } from "./drawing.ts";
import { drawNeckline } from "./neckline.ts";
import type { GarmentPlan } from "./plan.ts";
import { drawRibbing } from "./ribbing.ts";
import type { Sheet } from "./sheet.ts";
import { curve, mirror, shift } from "./shape.ts";
import type { Point } from "./shape.ts";
import { drawSleeves } from "./sleeves.ts";
import { drawTopFront } from "./top-front.ts";
import { measureTop } from "./top-shape.ts";
import type { TopShape } from "./top-shape.ts";

/** Everything worn on the upper body, and dresses: back of the neck, sleeves, front, bands, fasteners, pockets. */
export function cutTop(sheet: Sheet, plan: GarmentPlan, random: Random): Drawing {
  const shape = measureTop(plan, random);
  const neck = drawNeckline(sheet, plan, shape);
  const isHooded = plan.neckline === "hooded";
  const layers = [
    ...neck.behind,
    ...drawSleeves(sheet, plan, shape, random),
    sheet.piece(shape.outline),
    sheet.folds(shape.outline, bodyFolds(plan, shape, random)),
    ...drawSeams(sheet, plan, shape),
    ...drawHem(sheet, plan, shape),
    ...drawPockets(sheet, plan, shape, random),
    // A stand collar is closed by the same zip as the front, so it lies below the zip; a hood's rim lies above.
    ...(isHooded
      ? [...drawTopFront(sheet, plan, shape), ...neck.front]
      : [...neck.front, ...drawTopFront(sheet, plan, shape)]),
  ];
  // Below the waist seam and the ends of a tied belt.
  const isLong = plan.type === "dress" || plan.type === "coat";
  const chestY = Math.max(shape.depth + 70, 118);
  return {
    layers,
    print: { at: [0, chestY + 22], width: shape.armpit[0] * 1.25 },
    logo: [shape.armpit[0] * 0.5, chestY - 16],
    spots: [
      [-shape.waist[0] * 0.56, shape.waist[1] + (isLong ? 110 : 16)],
      [shape.waist[0] * 0.55, shape.waist[1] + (isLong ? 96 : 34)],
      [-shape.armpit[0] * 0.5, shape.armpit[1] + 26],
    ],
    body: shape.outline,
    hang: { y: 4, halfWidth: shape.shoulder[0] * 0.9, byClips: false },
  };
}

/** Where cloth that is laid down or hung pulls: from the armpits, across the waist, down from the waist of a dress. */
function bodyFolds(plan: GarmentPlan, { armpit, waist, hem }: TopShape, random: Random): Point[][] {
  const wobble = (): number => between(random, -14, 14);
  const fromArmpits = [1, -1].map((side) =>
    curve(
      [side * (armpit[0] - 8), armpit[1] + 6],
      [side * armpit[0] * 0.7, armpit[1] + 30 + wobble()],
      [side * armpit[0] * 0.45 + wobble(), armpit[1] + 92],
      6,
    ),
  );
  if (plan.fabric === "padded") return fromArmpits;
  const pulled = pick(random, [[1], [-1], [1, -1]]);
  const acrossWaist = pulled.map((side) =>
    curve(
      [side * (waist[0] - 2), waist[1] + wobble() * 2],
      [side * waist[0] * 0.6, waist[1] + 22 + wobble()],
      [side * waist[0] * between(random, 0.2, 0.5), waist[1] - 12 + wobble()],
      6,
    ),
  );
  const hangs = plan.type === "dress" || plan.type === "coat" || plan.type === "blouse";
  const count = plan.type === "dress" ? 5 : 3;
  const down = hangs
    ? Array.from({ length: count }, (_, i) => {
        const x = ((i + 0.5) / count - 0.5) * 2;
        return curve(
          [waist[0] * x * 0.9, waist[1] + 18],
          [waist[0] * x, waist[1] + 70 + wobble()],
          [hem[0] * x + wobble(), hem[1] - 6],
          8,
        );
      })
    : [
        curve(
          [-hem[0] * 0.5, hem[1] - 10],
          [-hem[0] * 0.4 + wobble(), hem[1] - 60],
          [-hem[0] * 0.1, hem[1] - 92 + wobble()],
          6,
        ),
      ];
  return [...fromArmpits, ...acrossWaist, ...down];
}

function drawSeams(sheet: Sheet, plan: GarmentPlan, { shoulder, armpit, waist }: TopShape): string[] {
  const armhole = curve(shoulder, [shoulder[0] - 7, armpit[1] * 0.72], armpit, 8);
  const seams =
    plan.sleeveLength === null ? [] : [armhole, mirror(armhole)].map((seam) => sheet.line(seam, { width: 2.2 }));
  const shoulders = [1, -1].map((side) =>
    sheet.line(
      [
        [side * 48, 8],
        [side * shoulder[0], shoulder[1] + 6],
      ],
      { width: 1.4, opacity: 0.4 },
    ),
  );
  const waistSeam =
    plan.type === "dress" && plan.closure !== "wrap"
      ? [sheet.line(curve([-waist[0], waist[1]], [0, waist[1] + 10], waist, 8), { width: 2.4, opacity: 0.85 })]
      : [];
  return [...seams, ...shoulders, ...waistSeam];
}

function drawHem(sheet: Sheet, plan: GarmentPlan, { hem, hemDip }: TopShape): string[] {
  const [x, y] = hem;
  const isRibbed = plan.fabric === "knit" || plan.fabric === "fleece";
  if (isRibbed)
    return [
      drawRibbing(
        sheet,
        [
          [-x - 4, y - 26],
          [x + 4, y - 26],
        ],
        [
          [-x + 5, y + hemDip],
          [x - 5, y + hemDip],
        ],
      ),
    ];
  const edge = [
    ...mirror(curve([0, y + hemDip], [x * 0.5, y + hemDip * 1.15], hem, 8)),
    ...curve([0, y + hemDip], [x * 0.5, y + hemDip * 1.15], hem, 8),
  ];
  const sewn = shift(edge, 0, -10);
  return plan.type === "shirt" ? [] : [sheet.line(sewn, { dash: "5 3" })];
}

function drawPockets(sheet: Sheet, plan: GarmentPlan, { armpit, waist, hem }: TopShape, random: Random): string[] {
  const hasPouch = plan.type === "hoodie" && plan.closure === "pullover";
  if (hasPouch) {
    const [top, low] = [hem[1] - 110, hem[1] - 28];
    const pouch: Point[] = [
      [-44, top],
      [44, top],
      [80, top + 46],
      [82, low],
      [-82, low],
      [-80, top + 46],
    ];
    return [
      sheet.piece(pouch, { depth: 0.4 }),
      sheet.line(
        [
          [44, top],
          [80, top + 46],
        ],
        { width: 3, opacity: 0.9 },
      ),
      sheet.line(
        [
          [-44, top],
          [-80, top + 46],
        ],
        { width: 3, opacity: 0.9 },
      ),
    ];
  }
  if (plan.type === "shirt" && random() < 0.7) {
    const [x, y] = [armpit[0] * 0.52, armpit[1] - 6];
    const pocket: Point[] = [
      [x - 26, y],
      [x + 26, y],
      [x + 26, y + 48],
      [x, y + 60],
      [x - 26, y + 48],
    ];
    return [
      sheet.piece(pocket, { depth: 0.25 }),
      sheet.line(
        [
          [x - 26, y + 9],
          [x + 26, y + 9],
        ],
        { dash: "4 3" },
      ),
    ];
  }
  if (["jacket", "coat", "vest"].includes(plan.type) || (plan.type === "hoodie" && plan.closure === "full zip")) {
    const y = waist[1] + (plan.type === "coat" ? 24 : 6);
    return [1, -1].map((side) => {
      const welt: Point[] = [
        [side * waist[0] * 0.78, y],
        [side * waist[0] * 0.52, y + 58],
        [side * waist[0] * 0.44, y + 54],
        [side * waist[0] * 0.7, y - 4],
      ];
      return (
        sheet.piece(welt, { part: "trim", depth: 0.5 }) +
        sheet.line([welt[0] ?? [0, 0], welt[1] ?? [0, 0]], { color: "#000", width: 3, opacity: 0.55 })
      );
    });
  }
  return [];
}
