import type { Random } from "../../src/kernel/index.ts";
import { drawFastening } from "./lacing.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { curve, linePath, mixPoints } from "./shape.ts";
import type { Point } from "./shape.ts";
import type { Shoe } from "./shoe.ts";

export function drawBoot(sheet: Sheet, plan: GarmentPlan, random: Random): Shoe {
  const top = plan.closure === "slip-on" ? -92 : -170;
  const upper: Point[] = [
    ...curve([-186, 150], [-196, 84], [-128, 72], 8),
    ...curve([-128, 72], [-44, 54], [-20, -30], 8),
    [-24, top],
    ...curve([-24, top], [60, top + 16], [138, top - 4], 6),
    ...curve([138, top - 4], [132, 10], [150, 60], 6),
    ...curve([150, 60], [160, 110], [156, 150], 5),
  ];
  const opening: Point[] = [
    ...curve([-22, top + 2], [56, top - 22], [136, top - 2], 6),
    ...curve([136, top - 2], [58, top + 16], [-22, top + 2], 6),
  ];
  const sole: Point[] = [
    [-194, 144],
    ...curve([-194, 144], [-20, 158], [60, 150], 6),
    [160, 146],
    [164, 196],
    [74, 196],
    [66, 174],
    [20, 172],
    ...curve([-20, 178], [-120, 180], [-184, 172], 5),
  ];
  const toe = curve([-124, 72], [-92, 100], [-98, 149], 6);
  const gusset: Point[] = [
    [34, top + 8],
    [82, top + 8],
    [76, 36],
    [44, 36],
  ];
  const stretch = Array.from({ length: 7 }, (_, i) =>
    sheet.line([mixPoints([37, top + 10], [79, top + 10], i / 6), mixPoints([46, 34], [74, 34], i / 6)], {
      color: "#000",
      width: 2.4,
      opacity: 0.55,
    }),
  );
  return {
    upper,
    layers: [
      sheet.piece(upper, { depth: 0.6 }),
      sheet.folds(
        upper,
        [
          curve([-28, 20], [20, 44], [80, 30], 6),
          curve([-60, 62], [0, 84], [60, 74], 6),
          curve([140, 0], [90, 14], [50, -4], 6),
        ],
        0.4,
      ),
      sheet.piece(opening, { part: "inside", depth: 0.6 }),
      sheet.line(toe, { width: 3, opacity: 0.7 }),
      sheet.line(curve([156, 130], [60, 120], [40, 60], 6), { width: 2.4, opacity: 0.6 }),
      ...(plan.closure === "slip-on"
        ? [
            sheet.piece(gusset, { part: "inside", depth: 0.2 }),
            ...stretch,
            sheet.piece(
              [
                [124, top - 30],
                [138, top - 30],
                [140, top + 30],
                [122, top + 30],
              ],
              { part: "trim" },
            ),
          ]
        : []),
      `<path d="${linePath(sole)}Z" fill="#2a2320" stroke="#000" stroke-width="2"/><path d="M-190 152Q-20 166 158 153" fill="none" stroke="#c9a870" stroke-width="2" stroke-dasharray="6 4"/>`,
      ...(plan.closure === "buckle"
        ? [drawStrap(sheet, -60), drawStrap(sheet, 26)]
        : drawFastening(sheet, plan, [-84, 60], [-26, top + 34], random)),
    ],
    logo: [60, -60],
    spots: [
      [60, 96],
      [80, -60],
      [-70, 112],
    ],
  };
}

/** A strap round the shaft with a metal buckle. */
function drawStrap(sheet: Sheet, y: number): string {
  const left = y > 0 ? -46 : -26;
  return (
    sheet.piece(
      [
        [left, y - 12],
        [142, y - 8],
        [144, y + 16],
        [left - 4, y + 14],
      ],
      { part: "trim", depth: 0.5 },
    ) +
    `<rect x="14" y="${y - 18}" width="36" height="38" rx="4" fill="none" stroke="#2a2a2c" stroke-width="8"/><rect x="14" y="${y - 18}" width="36" height="38" rx="4" fill="none" stroke="#d9c78f" stroke-width="5"/><path d="M14 ${y + 1}H48" stroke="#d9c78f" stroke-width="4"/>`
  );
}
