import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";
import type { Drawing } from "./drawing.ts";
import { drawButtons } from "./fasteners.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { curve, mixPoints, shift, symmetric } from "./shape.ts";
import type { Point } from "./shape.ts";
import { drawWaist } from "./waist.ts";

export function cutSkirt(sheet: Sheet, plan: GarmentPlan, random: Random): Drawing {
  const waist = between(random, 76, 88);
  const isStraight = plan.closure === "zip fly" || plan.closure === "buckle";
  const length = between(random, 290, 360);
  const hem = isStraight ? between(random, 112, 124) : between(random, 160, 200);
  const dip = isStraight ? 6 : 26;
  const side = curve([waist, 0], [waist + (isStraight ? 40 : 26), length * 0.3], [hem, length - dip * 0.6], 10);
  const edge = curve([hem, length - dip * 0.6], [hem * 0.5, length + dip], [0, length + dip * 0.8], 8);
  const outline = symmetric([...curve([0, 5], [waist * 0.5, 5], [waist, 0], 4), ...side, ...edge]);
  const pleats = Array.from({ length: isStraight ? 2 : 6 }, (_, i) => {
    const x = ((i + 0.5) / (isStraight ? 2 : 6) - 0.5) * 2;
    return curve(
      [waist * x * 0.92, 40],
      [waist * x * 1.2, length * 0.4],
      [hem * x * 0.96 + between(random, -8, 8), length - 6],
      8,
    );
  });
  const hemLine = [...edge].reverse();
  return {
    layers: [
      sheet.piece(outline),
      sheet.folds(outline, pleats, isStraight ? 0.26 : 0.5),
      sheet.line(shift([...hemLine, ...[...hemLine].reverse().map(([x, y]) => [-x, y] as const)], 0, -12), {
        dash: "5 3",
      }),
      ...drawFront(sheet, plan, { waist, hem, length: length + dip * 0.8 }),
      ...drawWaist(sheet, plan, waist),
      ...drawTie(sheet, plan, waist),
    ],
    print: { at: [0, length * 0.5], width: 120 },
    logo: [0, length * 0.5],
    spots: [
      [-waist * 0.7, length * 0.56],
      [waist * 0.75, length * 0.66],
      [waist * 0.6, length * 0.42],
    ],
    body: outline,
    hang: { y: 0, halfWidth: waist * 0.8, byClips: true },
  };
}

function drawFront(
  sheet: Sheet,
  plan: GarmentPlan,
  { waist, hem, length }: { waist: number; hem: number; length: number },
): string[] {
  if (plan.closure === "button front") {
    const count = 6;
    const places = Array.from({ length: count }, (_, i) => mixPoints([0, 13], [0, length - 44], i / (count - 1)));
    const missing = plan.defect === "missing button" ? { missing: 3 } : {};
    return [
      sheet.line(
        [
          [15, 4],
          [16, length - 2],
        ],
        { color: "#000", width: 3.6, opacity: 0.5 },
      ),
      sheet.line(
        [
          [-14, 4],
          [-15, length - 4],
        ],
        { dash: "5 3", opacity: 0.85 },
      ),
      drawButtons(sheet, places.slice(1), missing),
    ];
  }
  if (plan.closure !== "wrap") return [];
  const fall: Point[] = [...curve([waist * 0.62, 8], [waist * 0.75, length * 0.55], [hem * 0.05, length - 2], 10)];
  return [
    sheet.line(fall, { color: "#000", width: 8, opacity: 0.35 }),
    sheet.line(fall, { color: "#000", width: 3, opacity: 0.6 }),
  ];
}

function drawTie(sheet: Sheet, plan: GarmentPlan, waist: number): string[] {
  if (plan.closure === "button front") return [drawButtons(sheet, [[0, 13]])];
  if (plan.closure !== "wrap") return [];
  const x = waist * 0.6;
  const strip = (dx: number, dy: number): Point[] => [
    [x - 6, 14],
    [x + dx - 9, dy],
    [x + dx + 9, dy - 4],
    [x + 6, 14],
  ];
  const loop = (dx: number): Point[] => [
    ...curve([x, 12], [x + dx, -18], [x + dx, 16], 6),
    ...curve([x + dx, 16], [x + dx * 0.6, 34], [x, 18], 6),
  ];
  return [
    ...[strip(-16, 120), strip(22, 108), loop(-44), loop(44)].map((outline) =>
      sheet.piece(outline, { part: "trim", depth: 0.5 }),
    ),
    sheet.piece(
      [
        [x - 10, 4],
        [x + 10, 4],
        [x + 10, 26],
        [x - 10, 26],
      ],
      { depth: 0.5 },
    ),
  ];
}
