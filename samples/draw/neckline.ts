import type { GarmentPlan } from "./plan.ts";
import { darken, hexOf } from "./palette.ts";
import type { Sheet } from "./sheet.ts";
import { curve, mirror, symmetric } from "./shape.ts";
import type { Point } from "./shape.ts";
import type { TopShape } from "./top-shape.ts";

/** What lies behind the front piece (the inside of the back, a hood) and what is sewn onto it (bands, collars). */
export interface NeckLayers {
  behind: string[];
  front: string[];
}

export function drawNeckline(sheet: Sheet, plan: GarmentPlan, shape: TopShape): NeckLayers {
  const inside = drawInside(sheet, shape);
  switch (plan.neckline) {
    case "hooded":
      return drawHood(sheet, plan, shape);
    case "collared":
    case "button-down collar":
      return { behind: [inside], front: drawCollar(sheet, plan, shape) };
    case "lapel":
      return { behind: [inside], front: drawLapels(sheet, shape) };
    case "stand collar":
      return drawStand(sheet, plan, shape, plan.type === "shirt" ? 22 : 38);
    case "mock neck":
      return drawStand(sheet, plan, shape, 26);
    case "turtleneck":
      return drawRollNeck(sheet, shape);
    case "crew neck":
    case "v-neck":
    case "scoop neck":
    case "boat neck":
    case "henley":
    case null:
      return { behind: [inside], front: drawBand(sheet, plan, shape) };
  }
}

/** The inside of the back, seen through the neck hole, with the sewn-in label that is too small to read. */
function drawInside(sheet: Sheet, { neck, cut, depth }: TopShape): string {
  const back = curve([0, 7], [neck * 0.7, 9], [neck, 0], 6);
  const outline = symmetric([...back, ...[...cut].reverse().map(([x, y]) => [x, y + 3] as const)]);
  const label = depth > 24 ? `<rect x="-13" y="11" width="26" height="15" rx="1.5" fill="#e9e6df" opacity=".85"/>` : "";
  return sheet.piece(outline, { part: "inside", depth: 0.7 }) + sheet.clip(outline, label);
}

function drawBand(sheet: Sheet, plan: GarmentPlan, { neck, cut }: TopShape): string[] {
  const line = [...mirror(cut), ...cut];
  const back = [
    ...mirror(curve([0, 7], [neck * 0.7, 9], [neck, 0], 6)),
    ...curve([0, 7], [neck * 0.7, 9], [neck, 0], 6),
  ];
  const trimHex = plan.pattern === "colorblock" ? hexOf(plan.accents[0] ?? plan.base) : darken(sheet.base, 0.12);
  const width = plan.fabric === "knit" ? 15 : plan.fabric === "woven" ? 6 : 11;
  const band = (points: readonly Point[], size: number, color: string): string =>
    sheet.line(points, { color, width: size, opacity: 1, cap: "butt" });
  return [
    band(back, width * 0.8 + 2, "#000"),
    band(back, width * 0.8, darken(trimHex, 0.3)),
    band(line, width + 2.4, darken(trimHex, 0.5)),
    band(line, width, trimHex),
    sheet.line(line, { color: "#000", opacity: 0.2, width: width * 0.7, dash: "1.6 3.4" }),
  ];
}

function drawCollar(sheet: Sheet, plan: GarmentPlan, { neck }: TopShape): string[] {
  const stand = symmetric([
    ...curve([0, -10], [neck * 0.8, -12], [neck + 2, -4], 5),
    ...curve([neck + 2, 8], [neck * 0.7, 12], [0, 12], 5),
  ]);
  const leaf: Point[] = [
    ...curve([0, -12], [neck * 0.7, -16], [neck + 5, -6], 5),
    [neck + 22, 20],
    ...curve([neck + 14, 66], [neck - 6, 64], [3, 44], 5),
    ...curve([6, 34], [neck * 0.85, 26], [neck * 0.92, 2], 6),
    [neck * 0.5, -2],
    [0, -1],
  ];
  const tip: Point = [neck + 9, 57];
  return [
    sheet.piece(stand, { part: "inside" }),
    ...[leaf, mirror(leaf)].map((outline) => sheet.piece(outline, { depth: 0.4, grain: 4 })),
    ...tips(),
  ];

  function tips(): string[] {
    return [1, -1].map((side) => {
      const stitch = [[side * (neck + 17), 22] as const, [side * (neck + 10), 60] as const, [side * 8, 41] as const];
      const button =
        plan.neckline === "button-down collar"
          ? `<circle cx="${side * (tip[0] - 4)}" cy="${tip[1] - 2}" r="4.6" fill="#f4efe2" stroke="#3a342c" stroke-width="1.4"/><circle cx="${side * (tip[0] - 4)}" cy="${tip[1] - 2}" r="1.2" fill="#3a342c"/>`
          : "";
      return sheet.line(stitch, { dash: "3 2.5", width: 1.2 }) + button;
    });
  }
}

function drawLapels(sheet: Sheet, { neck, depth }: TopShape): string[] {
  const lapel: Point[] = [
    [2, depth + 4],
    [neck * 0.62, depth * 0.44],
    [neck - 2, 34],
    [neck + 34, 50],
    [neck + 26, 76],
    [neck * 0.5, depth * 0.78],
  ];
  const collar: Point[] = [
    ...curve([0, -12], [neck * 0.8, -14], [neck + 8, -4], 5),
    [neck + 34, 34],
    [neck + 26, 52],
    [neck - 4, 36],
    ...curve([neck - 4, 30], [neck * 0.8, 8], [0, 4], 4),
  ];
  return [lapel, mirror(lapel), collar, mirror(collar)].map((outline) => sheet.piece(outline, { depth: 0.45 }));
}

function drawStand(sheet: Sheet, plan: GarmentPlan, shape: TopShape, height: number): NeckLayers {
  const { neck, depth } = shape;
  const opening = symmetric([
    ...curve([0, -height - 4], [neck * 0.7, -height - 4], [neck - 3, -height + 4], 6),
    ...curve([neck - 3, -height + 6], [neck * 0.7, -height + 22], [0, -height + 24], 6),
  ]);
  const band = symmetric([
    ...curve([0, -height + 21], [neck * 0.8, -height + 19], [neck - 2, -height], 6),
    [neck + 6, 4],
    ...curve([neck + 2, 8], [neck * 0.8, depth + 4], [0, depth + 6], 8),
  ]);
  const isKnit = plan.fabric === "knit" || plan.fabric === "fleece";
  const ribs = isKnit ? ribLines(sheet, neck, -height + 20, depth + 2) : [];
  return {
    behind: [sheet.piece(opening, { part: "inside", depth: 0.7 })],
    front: [
      sheet.piece(band, { part: isKnit ? "trim" : "main", depth: 0.5 }),
      ...ribs,
      sheet.line(band.slice(8, 17), { width: 2 }),
    ],
  };
}

function drawRollNeck(sheet: Sheet, { neck, depth }: TopShape): NeckLayers {
  const top = -64;
  const opening = symmetric([
    ...curve([0, top - 6], [neck * 0.8, top - 6], [neck, top + 3], 6),
    ...curve([neck, top + 5], [neck * 0.7, top + 12], [0, top + 13], 6),
  ]);
  const tube = symmetric([
    ...curve([0, top + 11], [neck * 0.8, top + 10], [neck + 2, top + 2], 6),
    [neck + 8, -18],
    ...curve([neck + 3, 4], [neck * 0.8, depth + 2], [0, depth + 4], 8),
  ]);
  const fold = symmetric([
    ...curve([0, top + 11], [neck * 0.8, top + 10], [neck + 3, top + 2], 6),
    [neck + 11, -22],
    ...curve([neck + 10, -14], [neck * 0.7, -2], [0, 0], 6),
  ]);
  return {
    behind: [sheet.piece(opening, { part: "inside" })],
    front: [
      sheet.piece(tube, { part: "trim" }),
      sheet.piece(fold, { part: "trim", depth: 0.6 }),
      ...ribLines(sheet, neck + 4, top + 12, -4),
    ],
  };
}

function ribLines(sheet: Sheet, half: number, top: number, bottom: number): string[] {
  const count = 13;
  return Array.from({ length: count }, (_, i) => {
    const x = ((i + 0.5) / count - 0.5) * 2 * half;
    const sag = 1 - (x / half) ** 2;
    const lift = (1 - sag) * 18;
    return sheet.line(
      [
        [x, top - lift * 0.8],
        [x, bottom - lift * 1.1],
      ],
      { color: "#000", opacity: 0.24, width: 2 },
    );
  });
}

function drawHood(sheet: Sheet, plan: GarmentPlan, { neck, depth }: TopShape): NeckLayers {
  const hood = symmetric([
    ...curve([0, -150], [62, -150], [80, -88], 8),
    ...curve([80, -88], [92, -30], [neck + 32, 20], 8),
    ...curve([neck + 14, 34], [30, depth + 22], [0, depth + 26], 6),
  ]);
  const opening = symmetric([
    ...curve([0, -122], [44, -120], [50, -74], 8),
    ...curve([50, -74], [54, -10], [0, depth + 8], 10),
  ]);
  const edge = symmetric([
    ...curve([0, -128], [50, -126], [57, -76], 8),
    ...curve([57, -76], [60, -8], [0, depth + 18], 10),
  ]);
  const cords =
    plan.fabric === "padded" || plan.type === "coat"
      ? []
      : [1, -1].map((side) => {
          const cord = curve([side * 20, depth - 4], [side * 30, depth + 50], [side * 24, depth + 96], 8);
          return (
            sheet.line(cord, { color: "#2b2926", width: 6.4, opacity: 0.7 }) +
            sheet.line(cord, { color: "#ece8df", width: 4.2, opacity: 1 }) +
            sheet.line(cord.slice(-2), { color: "#a8a59d", width: 5, opacity: 1 })
          );
        });
  return {
    behind: [],
    front: [
      sheet.piece(hood, { part: plan.pattern === "colorblock" ? "second" : "main", depth: 0.6 }),
      sheet.piece(edge, { depth: 0.3, part: plan.pattern === "colorblock" ? "second" : "main" }),
      sheet.piece(opening, { part: "inside", depth: 0.85 }),
      ...cords,
    ],
  };
}
