import { drawButtons, drawZip } from "./fasteners.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { closedPath, curve, mixPoints } from "./shape.ts";
import type { Point } from "./shape.ts";
import type { TopShape } from "./top-shape.ts";

/** How the front of a garment for the upper body closes, drawn on top of the front piece. */
export function drawTopFront(sheet: Sheet, plan: GarmentPlan, shape: TopShape): string[] {
  const start = startOf(plan, shape);
  const bottom: Point = [0, shape.hem[1] + shape.hemDip - 2];
  switch (plan.closure) {
    case "full zip":
      return [drawZip(sheet, [0, start], bottom, [0, start + 6])];
    case "half zip":
      return [drawZip(sheet, [0, start], [0, start + 108], [0, start + 34])];
    case "button front":
    case "snap":
      return drawPlacket(sheet, plan, { start, end: bottom[1], count: plan.neckline === "lapel" ? 3 : 7 });
    case "button placket":
      return [...drawPlacketEnd(sheet, start + 92), ...drawPlacket(sheet, plan, { start, end: start + 92, count: 3 })];
    case "open front":
      return drawOpening(sheet, shape);
    case "wrap":
      return drawWrap(sheet, shape);
    case "pullover":
    case "zip fly":
    case "elastic waist":
    case "drawstring":
    case "buckle":
    case "lace-up":
    case "hook and loop":
    case "slip-on":
    case null:
      return [];
  }
}

/** Collars stand above the cut: what closes them starts there. */
function startOf(plan: GarmentPlan, { depth }: TopShape): number {
  if (plan.neckline === "stand collar") return plan.type === "shirt" ? 0 : -16;
  if (plan.neckline === "mock neck") return -4;
  return depth + (plan.neckline === "hooded" ? 16 : 0);
}

function drawPlacket(sheet: Sheet, plan: GarmentPlan, span: { start: number; end: number; count: number }): string[] {
  const { start, end, count } = span;
  const inset = plan.closure === "button placket" ? 16 : 22;
  const first: Point = [0, start + inset];
  const last: Point = [
    0,
    end - (plan.closure === "button placket" ? 14 : plan.neckline === "lapel" ? (end - start) * 0.42 : 34),
  ];
  const places = Array.from({ length: count }, (_, i) => mixPoints(first, last, i / (count - 1)));
  const missing = plan.defect === "missing button" ? { missing: Math.floor(count / 2) } : {};
  return [
    sheet.line(
      [
        [13, start - 4],
        [14, end],
      ],
      { color: "#000", opacity: 0.42, width: 3.4 },
    ),
    sheet.line(
      [
        [-13, start - 2],
        [-14, end],
      ],
      { dash: "5 3", opacity: 0.8 },
    ),
    drawButtons(sheet, places, { isSnap: plan.closure === "snap", ...missing }),
  ];
}

function drawPlacketEnd(sheet: Sheet, y: number): string[] {
  return [
    sheet.line(
      [
        [-14, y],
        [14, y],
        [14, y - 14],
        [-14, y - 14],
        [-14, y],
      ],
      { width: 2, opacity: 0.8 },
    ),
  ];
}

/** Both fronts fall apart and show the inside of the back between them. */
function drawOpening(sheet: Sheet, { depth, hem, hemDip, cut }: TopShape): string[] {
  const half = cut[0]?.[0] ?? 0;
  const end = hem[1] + hemDip;
  const left = curve([-half - 4, depth - 6], [-30, depth + 90], [-38, end + 2], 8);
  const right = curve([half + 4, depth - 6], [24, depth + 110], [34, end + 2], 8);
  const gap = [...left, ...[...right].reverse()];
  const band = (points: readonly Point[]): string =>
    sheet.line(points, { color: "#000", width: 19, opacity: 0.45 }) +
    sheet.line(points, { color: sheet.base, width: 15, opacity: 1 });
  return [
    sheet.piece(gap, { part: "inside", depth: 0.9 }),
    band(left),
    band(right),
    `<path d="${closedPath(gap)}" fill="none" stroke="#000" stroke-opacity=".3"/>`,
  ];
}

/** One front crosses the other and is tied at the waist. */
function drawWrap(sheet: Sheet, { depth, waist, hem, hemDip, cut }: TopShape): string[] {
  const y = waist[1];
  const half = waist[0];
  const edge = [...[...cut].reverse().slice(2), [-26, depth + 34] as const, [-half + 20, y - 8] as const];
  const fall = curve([-half + 26, y + 12], [-half + 30, (y + hem[1]) / 2], [-half * 0.35, hem[1] + hemDip], 8);
  const beltTop: Point[] = curve([-half - 2, y - 13], [0, y - 5], [half + 2, y - 13], 8);
  const beltLow: Point[] = curve([half + 2, y + 11], [0, y + 18], [-half - 2, y + 11], 8);
  const tail = (dx: number): Point[] => [
    [-half * 0.55, y + 4],
    [-half * 0.55 + dx, y + 92],
    [-half * 0.55 + dx + 17, y + 88],
    [-half * 0.55 + 12, y + 4],
  ];
  const loop = (dx: number): Point[] =>
    curve([-half * 0.55, y], [-half * 0.55 + dx, y - 34], [-half * 0.55 + dx, y + 4], 6).concat(
      curve([-half * 0.55 + dx, y + 4], [-half * 0.55 + dx * 0.6, y + 22], [-half * 0.55, y + 6], 6),
    );
  const part = "trim" as const;
  return [
    sheet.line(edge, { color: "#000", opacity: 0.5, width: 5 }),
    sheet.line(edge, { width: 2, opacity: 0.9 }),
    sheet.line(fall, { color: "#000", opacity: 0.5, width: 5 }),
    sheet.piece([...beltTop, ...beltLow], { part, depth: 0.4 }),
    ...[tail(-26), tail(14), loop(-46), loop(44)].map((outline) => sheet.piece(outline, { part, depth: 0.5 })),
    `<ellipse cx="${-half * 0.55 + 4}" cy="${y + 3}" rx="9" ry="11" fill="${sheet.base}" stroke="#000" stroke-opacity=".5"/>`,
  ];
}
