import type { Random } from "../../src/kernel/index.ts";
import { between } from "./choice.ts";
import type { Drawing } from "./drawing.ts";
import type { GarmentPlan } from "./plan.ts";
import type { Sheet } from "./sheet.ts";
import { curve, symmetric } from "./shape.ts";
import type { Point } from "./shape.ts";

/** A cap with a visor, seen from the front and a little from above. */
export function cutCap(sheet: Sheet, _plan: GarmentPlan, random: Random): Drawing {
  const width = between(random, 132, 146);
  const height = between(random, 150, 168);
  const crown = symmetric([
    ...curve([0, 0], [width * 0.66, -2], [width * 0.9, height * 0.5], 10),
    ...curve([width * 0.9, height * 0.5], [width * 1.03, height * 0.85], [width, height + 6], 6),
    ...curve([width, height + 6], [width * 0.55, height + 36], [0, height + 38], 8),
  ]);
  // A crescent with pointed ends: the visor arches away from the forehead.
  const visor = symmetric([
    ...curve([0, height + 22], [width * 0.6, height + 20], [width * 1.01, height - 10], 8),
    ...curve([width * 1.01, height - 10], [width * 1.16, height + 26], [width * 0.98, height + 58], 6),
    ...curve([width * 0.98, height + 58], [width * 0.6, height + 104], [0, height + 106], 10),
  ]);
  const row = (depth: number): Point[] => {
    const right = curve(
      [0, height + 106 - depth],
      [width * 0.56, height + 104 - depth],
      [width * 1.0 - depth * 0.1, height + 52 - depth * 1.05],
      8,
    );
    return [...[...right].reverse(), ...right.map(([x, y]) => [-x, y] as const)];
  };
  const panel = (x: number): Point[] => curve([0, 2], [x * 0.8, height * 0.1], [x, height + 22], 10);
  return {
    layers: [
      sheet.piece(crown, { depth: 0.6 }),
      sheet.folds(
        crown,
        [curve([-width * 0.8, height * 0.8], [-width * 0.5, height * 0.5], [-width * 0.62, height * 0.25], 6)],
        0.3,
      ),
      ...[-width * 0.62, width * 0.62].flatMap((x) => [
        sheet.line(panel(x), { color: "#000", width: 3, opacity: 0.4 }),
        sheet.line(panel(x * 1.05), { dash: "5 3", width: 1.5 }),
      ]),
      ...[-0.7, 0.7].map(
        (x) =>
          `<circle cx="${x * width}" cy="${height * 0.42}" r="5" fill="#000" opacity=".75"/><circle cx="${x * width}" cy="${height * 0.42}" r="6.5" fill="none" stroke="${sheet.seam}" stroke-width="2"/>`,
      ),
      `<ellipse cx="0" cy="1" rx="13" ry="8" fill="${sheet.base}" stroke="#000" stroke-opacity=".6" stroke-width="2"/>`,
      sheet.piece(visor, { part: "second", depth: 0.6 }),
      ...[10, 20, 30, 40, 50].map((depth) => sheet.line(row(depth), { dash: "5 2.5", width: 1.4, opacity: 0.75 })),
    ],
    print: { at: [0, height * 0.56], width: width * 1.02 },
    logo: [0, height * 0.52],
    spots: [
      [-width * 0.3, height * 0.8],
      [width * 0.34, height * 0.72],
      [width * 0.5, height + 62],
    ],
    body: crown,
    hang: { y: 0, halfWidth: 0, byClips: false },
  };
}

/** A knitted hat with its rim turned up; some have a bobble. */
export function cutBeanie(sheet: Sheet, plan: GarmentPlan, random: Random): Drawing {
  const width = between(random, 128, 142);
  const height = between(random, 180, 205);
  const rim = 82;
  const dome = symmetric([
    ...curve([0, 0], [width * 0.8, -4], [width * 0.95, height * 0.6], 12),
    ...curve([width * 0.95, height * 0.6], [width * 0.99, height * 0.8], [width * 0.96, height], 5),
    [0, height + 8],
  ]);
  const cuff = symmetric([
    ...curve([0, height - 4], [width * 0.6, height - 6], [width, height - 18], 8),
    ...curve([width + 5, height - 10], [width + 8, height + rim * 0.5], [width + 1, height + rim - 14], 6),
    ...curve([width + 1, height + rim - 14], [width * 0.6, height + rim + 2], [0, height + rim + 4], 8),
  ]);
  const ribs = Array.from({ length: 17 }, (_, i) => {
    const x = ((i + 0.5) / 17 - 0.5) * 2;
    const lift = (1 - Math.sqrt(1 - x * x * 0.9)) * 18;
    return (
      sheet.line(curve([x * 12, 6], [x * width * 0.98, height * 0.3], [x * width * 0.96, height - 6 - lift], 8), {
        color: "#000",
        width: 3,
        opacity: 0.22,
      }) +
      sheet.line(
        [
          [x * width, height - 2 - lift],
          [x * (width + 3), height + rim + 2 - lift],
        ],
        { color: "#000", width: 4.5, opacity: 0.36 },
      )
    );
  });
  const bobble = random() < 0.5 ? drawBobble(sheet, random) : "";
  return {
    layers: [
      sheet.piece(dome, { depth: 0.6 }),
      sheet.piece(cuff, { part: plan.pattern === "colorblock" ? "second" : "trim", depth: 0.55 }),
      ...ribs,
      bobble,
    ],
    print: { at: [0, height * 0.6], width },
    logo: [0, height + rim * 0.45],
    spots: [
      [-width * 0.36, height * 0.6],
      [width * 0.38, height * 0.5],
      [width * 0.05, height * 0.68],
    ],
    body: dome,
    hang: { y: 0, halfWidth: 0, byClips: false },
  };
}

/** Yarn ends in all directions. The box of the sheet has to know of it, hence the piece below. */
function drawBobble(sheet: Sheet, random: Random): string {
  const ring = Array.from({ length: 30 }, (_, i) => {
    const angle = (i / 30) * 2 * Math.PI;
    const reach = between(random, 40, 50);
    return [Math.cos(angle) * reach, -22 + Math.sin(angle) * reach] as const;
  });
  const yarns = ring.map((tip, i) =>
    sheet.line([[0, -22], tip], { width: 3, opacity: 0.5, color: i % 2 === 0 ? "#000" : "#fff" }),
  );
  return sheet.piece(ring, { part: "second", depth: 0.6 }) + `<g opacity=".5">${yarns.join("")}</g>`;
}
