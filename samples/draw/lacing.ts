import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";
import { brightness, darken } from "./palette.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { mixPoints } from "./shape.ts";
import type { Point } from "./shape.ts";

/** Laces, straps or a buckle along the instep, which runs from the toes' end up to the ankle. */
export function drawFastening(sheet: Sheet, plan: GarmentPlan, low: Point, high: Point, random: Random): string[] {
  const lace = brightness(sheet.base) > 0.7 ? "#5a5f68" : "#f4f1e8";
  if (plan.closure === "lace-up") {
    const rows = plan.type === "boots" ? 7 : 5;
    return Array.from({ length: rows }, (_, i) => {
      const [x, y] = mixPoints(low, high, i / (rows - 1));
      const bar: Point[] = [
        [x - 14, y - 6],
        [x + 30, y + 22],
      ];
      const cross: Point[] = [
        [x + 2, y - 14],
        [x + 22, y + 30],
      ];
      return (
        sheet.line(bar, { color: "#000", width: 10, opacity: 0.4 }) +
        sheet.line(cross, { color: darken(lace, 0.2), width: 5, opacity: 1 }) +
        sheet.line(bar, { color: lace, width: 6.5, opacity: 1 }) +
        `<circle cx="${(x + 30).toFixed(1)}" cy="${(y + 22).toFixed(1)}" r="5" fill="#333" stroke="#b9b9b9" stroke-width="2"/>`
      );
    }).concat(drawBow(sheet, high, lace, random));
  }
  if (plan.closure === "hook and loop") {
    return [0.2, 0.78].map((place) => {
      const [x, y] = mixPoints(low, high, place);
      const strap: Point[] = [
        [x - 22, y - 14],
        [x + 6, y - 26],
        [x + 74, y + 44],
        [x + 46, y + 62],
      ];
      return (
        sheet.piece(strap, { part: "second", depth: 0.5 }) +
        sheet.line(
          [
            [x - 16, y - 10],
            [x + 44, y + 54],
            [x + 66, y + 42],
            [x + 8, y - 20],
          ],
          { dash: "4 3" },
        ) +
        `<path d="M${(x + 26).toFixed(1)} ${(y + 22).toFixed(1)}l20 22l18 -12l-21 -22z" fill="#23242a" opacity=".85"/>`
      );
    });
  }
  return [];
}

function drawBow(sheet: Sheet, [x, y]: Point, lace: string, random: Random): string {
  const loops = `M${x} ${y}q-38 -22 -34 12q18 14 34 -12M${x} ${y}q40 -26 40 8q-16 16 -40 -8M${x} ${y}q-8 34 ${between(random, -30, -16).toFixed(1)} 44M${x} ${y}q20 24 ${between(random, 18, 34).toFixed(1)} 46`;
  return `<path d="${loops}" fill="none" stroke="${darken(sheet.base, 0.6)}" stroke-width="8" opacity=".5"/><path d="${loops}" fill="none" stroke="${lace}" stroke-width="5" stroke-linecap="round"/>`;
}
