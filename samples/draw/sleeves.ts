import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";
import type { GarmentPlan } from "./plan.ts";
import { drawRibbing } from "./ribbing.ts";
import type { Sheet } from "./sheet.ts";
import { curve, mirror, mixPoints } from "./shape.ts";
import type { Point } from "./shape.ts";
import type { TopShape } from "./top-shape.ts";
import type { SleeveLength } from "./vocabulary.ts";

/** Length, width at the end, and angle below the horizontal at which the sleeve lies, in degrees. */
const forms: Readonly<
  Record<Exclude<SleeveLength, "sleeveless">, readonly [number, number, readonly [number, number]]>
> = {
  "cap sleeve": [40, 70, [38, 48]],
  "short sleeve": [98, 74, [46, 60]],
  "three-quarter sleeve": [206, 54, [62, 71]],
  "long sleeve": [306, 42, [68, 77]],
};

/** Both sleeves, to be laid under the body. A hung garment lets them fall; laid down, they lie as they were left. */
export function drawSleeves(sheet: Sheet, plan: GarmentPlan, shape: TopShape, random: Random): string[] {
  if (plan.sleeveLength === null || plan.sleeveLength === "sleeveless") return [];
  const [length, width, [flat, steep]] = forms[plan.sleeveLength];
  const isHung = plan.setting === "wall";
  return [1, -1].map((side) => {
    const degrees = isHung ? steep + between(random, 2, 6) : between(random, flat, steep);
    return drawSleeve(sheet, plan, shape, {
      side,
      degrees,
      length: length * between(random, 0.96, 1.04),
      width,
      bow: between(random, 2, 16),
    });
  });
}

interface Lie {
  side: number;
  degrees: number;
  length: number;
  width: number;
  bow: number;
}

function drawSleeve(
  sheet: Sheet,
  plan: GarmentPlan,
  shape: TopShape,
  { side, degrees, length, width, bow }: Lie,
): string {
  const angle = (degrees * Math.PI) / 180;
  const along: Point = [Math.cos(angle), Math.sin(angle)];
  const across: Point = [-Math.sin(angle), Math.cos(angle)];
  const at = (from: Point, down: number, over: number): Point => [
    from[0] + along[0] * down + across[0] * over,
    from[1] + along[1] * down + across[1] * over,
  ];
  const place = (points: readonly Point[]): Point[] => (side === 1 ? [...points] : mirror(points));
  const isPuffed = plan.type === "blouse" && length > 60;
  const isPadded = plan.fabric === "padded";
  const end = (isPuffed ? 1.15 : isPadded ? 1.2 : 1) * width;
  const { shoulder, armpit } = shape;
  const upper = curve(shoulder, at(shoulder, length * 0.5, -bow - (isPuffed ? 16 : 6)), at(shoulder, length, 0), 10);
  const cuffTop = at(shoulder, length, 0);
  const cuffLow = at(shoulder, length, end);
  const lower = curve(cuffLow, at(mixPoints(cuffLow, armpit, 0.55), 0, (isPuffed ? 12 : 0) - bow * 0.5), armpit, 10);
  const inner: Point[] = [
    [armpit[0] - 26, armpit[1] - 8],
    [shoulder[0] - 22, shoulder[1] + 8],
  ];
  const outline = place([...upper, ...lower, ...inner]);
  const parts = [
    sheet.piece(outline, { part: plan.pattern === "colorblock" ? "second" : "main", grain: side * (degrees - 90) }),
  ];
  if (length > 60) parts.push(sheet.folds(outline, creases(length, end, at, shoulder).map(place)));
  parts.push(...drawCuff({ sheet, plan, place, at, cuffTop, end, length }));
  return parts.join("");
}

/** Short creases across the sleeve: at the armhole, and at the elbow where there is one. */
function creases(
  length: number,
  end: number,
  at: (from: Point, down: number, over: number) => Point,
  shoulder: Point,
): Point[][] {
  const elbow = length * 0.52;
  const atArmhole = [at(shoulder, 26, 74), at(shoulder, 58, 30)];
  if (length < 150) return [atArmhole];
  return [
    atArmhole,
    [at(shoulder, elbow, 8), at(shoulder, elbow + 16, end * 0.8)],
    [at(shoulder, elbow + 40, end), at(shoulder, elbow + 62, end * 0.25)],
    [at(shoulder, length * 0.84, 6), at(shoulder, length * 0.88, end * 0.7)],
  ];
}

type Pair = readonly [Point, Point];

interface Cuff {
  sheet: Sheet;
  plan: GarmentPlan;
  place: (points: readonly Point[]) => Point[];
  at: (from: Point, down: number, over: number) => Point;
  cuffTop: Point;
  end: number;
  length: number;
}

function drawCuff({ sheet, plan, place, at, cuffTop, end, length }: Cuff): string[] {
  const isRibbed = plan.fabric === "knit" || plan.fabric === "fleece";
  const band = (depth: number, grip: number): readonly [Pair, Pair] => [
    place([at(cuffTop, -depth, 1), at(cuffTop, -depth, end - 1)]) as unknown as Pair,
    place([at(cuffTop, 3, grip), at(cuffTop, 3, end - grip)]) as unknown as Pair,
  ];
  if (isRibbed && length > 100) {
    const [near, far] = band(24, 4);
    return [drawRibbing(sheet, near, far, 5)];
  }
  if ((plan.type === "shirt" || plan.type === "blouse") && length > 150) {
    const [near, far] = band(26, 2);
    return [
      sheet.piece([near[0], near[1], far[1], far[0]], { depth: 0.35 }),
      sheet.line(near, { width: 2.2 }),
      sheet.line(far, { dash: "4 3" }),
    ];
  }
  const stitch = place([at(cuffTop, -9, 0), at(cuffTop, -9, end)]);
  return [sheet.line(stitch, { dash: plan.fabric === "jersey" ? "4 3" : "6 3" })];
}
