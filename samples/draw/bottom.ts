import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";
import type { Drawing } from "./drawing.ts";
import { drawRibbing } from "./ribbing.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { curve, mirror, shift } from "./shape.ts";
import type { Point } from "./shape.ts";
import { drawWaist } from "./waist.ts";

interface LegShape {
  waist: number;
  hip: Point;
  crotch: number;
  /** Outer and inner edge of the right leg's end. */
  end: readonly [Point, Point];
  knee: readonly [number, number];
}

/** Garments with two legs. Each leg is a piece, so that cloth patterns turn with it. */
export function cutTrousers(sheet: Sheet, plan: GarmentPlan, random: Random): Drawing {
  const shape = measureLegs(plan, random);
  const { waist, hip, crotch, end, knee } = shape;
  const length = end[0][1];
  const kneeY = crotch + (length - crotch) * 0.48;
  const leg: Point[] = [
    [0, 8],
    ...curve([0, 4], [waist * 0.5, 4], [waist, 0], 4),
    ...curve([waist, 0], [hip[0] - 1, hip[1] * 0.5], hip, 6),
    ...curve(hip, [knee[0] + 4, kneeY - 20], [knee[0], kneeY], 6),
    ...curve([knee[0], kneeY], [end[0][0] + 1, kneeY + (length - kneeY) * 0.6], end[0], 6),
    ...curve(end[0], [(end[0][0] + end[1][0]) / 2, length + 6], end[1], 4),
    ...curve(end[1], [knee[1] - 3, kneeY + (length - kneeY) * 0.5], [knee[1], kneeY], 6),
    ...curve([knee[1], kneeY], [8, crotch + 46], [0, crotch], 8),
  ];
  const outlines = [leg, mirror(leg)];
  const splay = plan.type === "leggings" ? 1 : 3;
  const layers = [
    ...outlines.map((outline, i) => sheet.piece(outline, { grain: i === 0 ? -splay : splay, depth: 0.55 })),
    ...outlines.map((outline, i) =>
      sheet.folds(
        outline,
        legFolds(shape, random).map((fold) => (i === 0 ? fold : mirror(fold))),
        0.34,
      ),
    ),
    sheet.line(
      [
        [0, 20],
        [0, crotch],
      ],
      { width: 2.6, opacity: 0.85 },
    ),
    ...outlines.flatMap((_, i) => drawLegEnd(sheet, plan, shape, i === 0 ? 1 : -1)),
    ...(plan.fabric === "denim" ? drawDenim(sheet, plan, shape) : []),
    ...drawPockets(sheet, plan, shape),
    ...drawWaist(sheet, plan, waist),
  ];
  const middle = (end[0][0] + end[1][0] + knee[0] + knee[1]) / 4;
  return {
    layers,
    print: { at: [(hip[0] * 0.5 + middle) / 2, crotch * 0.86], width: 86 },
    logo: [hip[0] * 0.55, crotch * 0.8],
    spots: [
      [-middle, kneeY - 20],
      [middle, kneeY - 36],
      [-hip[0] * 0.5, crotch * 0.92],
    ],
    body: leg,
    hang: { y: 0, halfWidth: waist * 0.8, byClips: true },
  };
}

function measureLegs(plan: GarmentPlan, random: Random): LegShape {
  const wide = between(random, 0.94, 1.06);
  if (plan.type === "shorts") {
    const length = between(random, 232, 272);
    return {
      waist: 92 * wide,
      hip: [116 * wide, 96],
      crotch: 138,
      end: [
        [138 * wide, length],
        [22, length + 8],
      ],
      knee: [128 * wide, 14],
    };
  }
  if (plan.type === "leggings") {
    return {
      waist: 70 * wide,
      hip: [90 * wide, 112],
      crotch: 150,
      end: [
        [66, 500],
        [34, 502],
      ],
      knee: [78, 26],
    };
  }
  const flare = plan.type === "jeans" ? between(random, 0, 14) : between(random, 6, 20);
  return {
    waist: 88 * wide,
    hip: [108 * wide, 106],
    crotch: 156,
    end: [
      [98 + flare, 510],
      [38 - flare * 0.4, 514],
    ],
    knee: [102, 24],
  };
}

function legFolds({ hip, crotch, knee, end }: LegShape, random: Random): Point[][] {
  const length = end[0][1];
  const kneeY = crotch + (length - crotch) * 0.48;
  const wobble = (): number => between(random, -10, 10);
  const whiskers = [0, 1].map((i) =>
    curve(
      [6, crotch - 4 - i * 16],
      [hip[0] * 0.5, crotch - 6 - i * 20],
      [hip[0] * 0.86, crotch - 34 - i * 22 + wobble()],
      6,
    ),
  );
  const isLong = length > 400;
  const atKnee = isLong
    ? [
        curve(
          [knee[1] + 4, kneeY - 26 + wobble()],
          [(knee[0] + knee[1]) / 2, kneeY - 8],
          [knee[0] - 10, kneeY - 34],
          6,
        ),
        curve(
          [knee[0] - 2, kneeY + 18 + wobble()],
          [(knee[0] + knee[1]) / 2, kneeY + 34],
          [knee[1] + 14, kneeY + 12],
          6,
        ),
        curve(
          [end[0][0] - 4, length - 46 + wobble()],
          [(end[0][0] + end[1][0]) / 2, length - 34],
          [end[1][0] + 6, length - 52],
          6,
        ),
      ]
    : [];
  const down = curve(
    [hip[0] * 0.62, crotch + 20],
    [hip[0] * 0.66, (crotch + length) / 2],
    [(end[0][0] + end[1][0]) / 2 + wobble(), length - 24],
    6,
  );
  return [...whiskers, ...atKnee, down];
}

function drawLegEnd(sheet: Sheet, plan: GarmentPlan, { end }: LegShape, side: number): string[] {
  const [outer, inner] = end.map(([x, y]) => [x * side, y] as const) as unknown as readonly [Point, Point];
  if (plan.closure === "drawstring" && plan.type === "trousers") {
    return [
      drawRibbing(
        sheet,
        [
          [outer[0] + side * 2, outer[1] - 26],
          [inner[0] - side * 2, inner[1] - 26],
        ],
        [
          [outer[0] - side * 8, outer[1]],
          [inner[0] + side * 8, inner[1]],
        ],
        6,
      ),
    ];
  }
  return [sheet.line(shift([outer, inner], 0, -14), { dash: "5 3", width: 1.8 })];
}

/** Jeans: worn thighs, and the orange double seams. */
function drawDenim(sheet: Sheet, plan: GarmentPlan, { hip, crotch, end, knee }: LegShape): string[] {
  const thread = plan.base === "black" || plan.base === "grey" ? "#b9b9b9" : "#d08a3c";
  const isLong = end[0][1] > 400;
  const wear = [1, -1].map(
    (side) =>
      `<ellipse cx="${side * hip[0] * 0.52}" cy="${crotch + (isLong ? 70 : 30)}" rx="26" ry="${isLong ? 110 : 50}" fill="#fff" opacity=".2" filter="url(#soft)"/>`,
  );
  const outseam = [1, -1].map((side) =>
    sheet.line(
      [
        [side * (hip[0] - 6), hip[1] + 6],
        [side * (knee[0] - 6), crotch + (end[0][1] - crotch) * 0.48],
        [side * (end[0][0] - 6), end[0][1] - 4],
      ],
      { color: thread, width: 1.8, dash: "6 3", opacity: 0.9 },
    ),
  );
  const crotchSeam = sheet.line(
    [
      [5, crotch - 4],
      [5, 126],
    ],
    { color: thread, width: 1.8, dash: "6 3" },
  );
  return [...wear, ...outseam, crotchSeam];
}

function drawPockets(sheet: Sheet, plan: GarmentPlan, { waist, hip }: LegShape): string[] {
  if (plan.type === "leggings") return [];
  const color = plan.fabric === "denim" && plan.base !== "black" && plan.base !== "grey" ? { color: "#d08a3c" } : {};
  return [1, -1].flatMap((side) => {
    const slant =
      plan.fabric === "denim"
        ? curve([side * waist * 0.42, 24], [side * waist * 0.55, 74], [side * (hip[0] - 4), 72], 8)
        : [[side * waist * 0.66, 26] as const, [side * (hip[0] - 4), 92] as const];
    return [
      sheet.line(slant, { color: "#000", width: 4, opacity: 0.4 }),
      sheet.line(shift(slant, -side * 3, 2), { ...color, width: 2, dash: "6 3", opacity: 0.9 }),
    ];
  });
}
