import type { Random } from "../../src/kernel/index.ts";
import { drawFastening } from "./lacing.ts";
import { brightness, darken } from "./palette.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { curve, linePath, mixPoints } from "./shape.ts";
import type { Point } from "./shape.ts";
import type { Shoe } from "./shoe.ts";

export function drawSneaker(sheet: Sheet, plan: GarmentPlan, random: Random): Shoe {
  const isSlipOn = plan.closure === "slip-on";
  const soleHex = brightness(sheet.base) > 0.8 ? "#cfcabf" : "#efede6";
  const upper: Point[] = [
    ...curve([-190, 150], [-200, 92], [-142, 78], 8),
    ...curve([-142, 78], [-70, 62], [-8, 4], 8),
    ...curve([-8, 4], [20, -22], [62, isSlipOn ? 2 : -14], 6),
    ...curve([62, isSlipOn ? 2 : -14], [104, 14], [140, -16], 6),
    ...curve([140, -16], [168, -34], [176, 6], 6),
    ...curve([176, 6], [170, 80], [184, 150], 6),
  ];
  const opening: Point[] = [
    ...curve([2, -4], [40, -26], [66, isSlipOn ? 2 : -14], 6),
    ...curve([66, isSlipOn ? 2 : -14], [104, 14], [142, -18], 6),
    ...curve([142, -18], [80, 40], [2, -4], 8),
  ];
  const sole: Point[] = [
    ...curve([-198, 138], [-100, 150], [0, 150], 6),
    ...curve([0, 150], [100, 150], [192, 132], 6),
    ...curve([192, 132], [206, 176], [180, 182], 4),
    ...curve([180, 182], [0, 192], [-170, 184], 6),
    ...curve([-170, 184], [-208, 178], [-198, 138], 4),
  ];
  const toe: Point[] = [
    ...curve([-190, 148], [-200, 92], [-142, 78], 8),
    ...curve([-142, 78], [-108, 104], [-112, 149], 6),
  ];
  const heel: Point[] = [
    ...curve([118, 149], [118, 60], [150, -10], 6),
    ...curve([150, -22], [168, -34], [176, 6], 5),
    ...curve([176, 6], [170, 80], [184, 149], 6),
  ];
  const quarter = curve([-112, 149], [-50, 100], [12, 30], 8);
  const stripe: Point[] = [
    [-34, 140],
    [22, 60],
    [44, 64],
    [0, 142],
  ];
  const second = { part: "second", depth: 0.4 } as const;
  return {
    upper,
    layers: [
      sheet.piece(upper, { depth: 0.5 }),
      sheet.folds(
        upper,
        [curve([-120, 96], [-96, 120], [-100, 146], 5), curve([-86, 84], [-72, 104], [-80, 130], 5)],
        0.3,
      ),
      sheet.piece(opening, { part: "inside", depth: 0.7 }),
      ...(isSlipOn ? [] : [sheet.piece(toe, second)]),
      sheet.piece(heel, second),
      ...(isSlipOn ? drawGussets(sheet) : plan.pattern === "colorblock" ? [sheet.piece(stripe, second)] : []),
      sheet.line(quarter, { width: 2.4, opacity: 0.6 }),
      `<path d="${linePath(sole)}Z" fill="${soleHex}" stroke="${darken(soleHex, 0.5)}" stroke-width="2"/>`,
      `<path d="M-196 164Q0 178 194 160" fill="none" stroke="${darken(soleHex, 0.35)}" stroke-width="3"/><path d="M-186 182Q0 194 182 182" fill="none" stroke="#2a2a2a" stroke-width="6" stroke-dasharray="9 4"/>`,
      ...drawFastening(sheet, plan, [-92, 76], [4, 6], random),
    ],
    logo: [74, 96],
    spots: [
      [-76, 118],
      [10, 120],
      [-150, 112],
    ],
  };
}

function drawGussets(sheet: Sheet): string[] {
  const gusset: Point[] = [
    [-6, 10],
    [36, -8],
    [50, 62],
    [22, 70],
  ];
  return [
    sheet.piece(gusset, { part: "inside", depth: 0.3 }),
    ...[0, 1, 2, 3, 4].map((i) =>
      sheet.line([mixPoints([-2, 8], [34, -6], i / 4), mixPoints([22, 68], [48, 60], i / 4)], {
        color: "#000",
        opacity: 0.5,
        width: 2.4,
      }),
    ),
  ];
}
