import type { Sheet } from "./sheet.ts";
import { mixPoints } from "./shape.ts";
import type { Point } from "./shape.ts";

/** A ribbed band between two edges that run the same way: cuffs, hems, waistbands. */
export function drawRibbing(
  sheet: Sheet,
  near: readonly [Point, Point],
  far: readonly [Point, Point],
  gap = 6,
): string {
  const [a, b] = near;
  const [c, d] = far;
  const count = Math.max(4, Math.round(Math.hypot(b[0] - a[0], b[1] - a[1]) / gap));
  const ribs = Array.from({ length: count - 1 }, (_, i) =>
    sheet.line([mixPoints(a, b, (i + 1) / count), mixPoints(c, d, (i + 1) / count)], {
      color: "#000",
      opacity: 0.28,
      width: 2,
    }),
  );
  return sheet.piece([a, b, d, c], { part: "trim", depth: 0.3 }) + ribs.join("") + sheet.line([a, b], { width: 2 });
}
