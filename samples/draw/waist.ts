import { drawBelt, drawButtons, drawCord } from "./fasteners.ts";
import type { GarmentPlan } from "./plan.ts";
import { drawRibbing } from "./ribbing.ts";
import type { Sheet } from "./sheet.ts";
import { curve } from "./shape.ts";
import type { Point } from "./shape.ts";

/** The upper edge of trousers, shorts and skirts with what closes it. `half` is half the waist, at y = 0. */
export function drawWaist(sheet: Sheet, plan: GarmentPlan, half: number): string[] {
  const band = 24;
  switch (plan.closure) {
    case "elastic waist":
    case "drawstring": {
      const gathered = drawRibbing(
        sheet,
        [
          [-half - 3, band + 4],
          [half + 3, band + 4],
        ],
        [
          [-half, -3],
          [half, -3],
        ],
        7,
      );
      const casing = sheet.line(
        [
          [-half, 12],
          [half, 12],
        ],
        { color: "#000", opacity: 0.25, dash: "3 4" },
      );
      const isSolidCord = plan.base === "white" || plan.base === "cream";
      return [
        gathered,
        casing,
        ...(plan.closure === "drawstring" ? [drawCord(sheet, [0, 16], isSolidCord ? "#3c4a66" : "#ece8df")] : []),
      ];
    }
    case "zip fly":
      return [
        drawBand(sheet, half, band),
        ...drawLoops(sheet, half),
        ...drawFly(sheet, band),
        drawButtons(sheet, [[0, band / 2 + 3]], { isSnap: plan.fabric === "denim" }),
      ];
    case "buckle":
      return [
        drawBand(sheet, half, band),
        drawBelt([-half - 2, 13], [half + 2, 13]),
        ...drawLoops(sheet, half),
        ...(plan.type === "skirt" ? [] : drawFly(sheet, band)),
      ];
    case "button front":
    case "wrap":
    case "pullover":
    case "full zip":
    case "half zip":
    case "button placket":
    case "snap":
    case "open front":
    case "lace-up":
    case "hook and loop":
    case "slip-on":
    case null:
      return [drawBand(sheet, half, band)];
  }
}

function drawBand(sheet: Sheet, half: number, height: number): string {
  const top = curve([-half, -2], [0, 5], [half, -2], 8);
  const low = curve([half + 2, height], [0, height + 7], [-half - 2, height], 8);
  return sheet.piece([...top, ...low], { part: "trim", depth: 0.35 }) + sheet.line(low, { width: 2.2, opacity: 0.8 });
}

function drawLoops(sheet: Sheet, half: number): string[] {
  return [-0.72, -0.36, 0.36, 0.72].map((place) => {
    const x = half * place;
    return sheet.piece(
      [
        [x - 5, -5],
        [x + 5, -5],
        [x + 5, 31],
        [x - 5, 31],
      ],
      { depth: 0.3 },
    );
  });
}

/** The flap over the zip: a J-shaped double seam, and a bit of the zip's teeth where the flap gapes. */
function drawFly(sheet: Sheet, top: number): string[] {
  const flap: Point[] = [[24, top + 6], [24, top + 62], ...curve([24, top + 62], [22, top + 88], [0, top + 96], 6)];
  return [
    sheet.line(
      [
        [0, top + 6],
        [0, top + 100],
      ],
      { color: "#000", width: 3.4, opacity: 0.6 },
    ),
    sheet.line(
      [
        [-3, top + 10],
        [-3, top + 40],
      ],
      { color: "#c9cbcf", width: 4, opacity: 1, dash: "2 2" },
    ),
    `<path d="M-6 ${top + 10}h6l1 15h-8z" fill="#dadce0" stroke="#34363a" stroke-width="1.2"/>`,
    sheet.line(flap, { width: 2, opacity: 0.9, dash: "6 2.5" }),
  ];
}
