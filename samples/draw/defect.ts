import type { Random } from "../../src/kernel/index.ts";
import { between, pick } from "./choice.ts";
import type { Drawing } from "./drawing.ts";
import type { GarmentPlan } from "./plan.ts";
import { brightness, darken, hexOf, lighten } from "./palette.ts";
import type { Sheet } from "./sheet.ts";
import { blob, boxOf, closedPath, number, softPath } from "./shape.ts";
import type { Point } from "./shape.ts";

/** The damage that the label names, large enough to be seen in the whole photo. A missing button is drawn with the buttons. */
export function drawDefect(sheet: Sheet, plan: GarmentPlan, drawing: Drawing, random: Random): string {
  const place = pick(random, drawing.spots);
  const base = hexOf(plan.base);
  switch (plan.defect) {
    case "hole":
      return drawHole(random, place, base);
    case "stain":
      return drawStain(random, place, base);
    case "tear":
      return drawTear(random, place, base);
    case "fading":
      return drawFading(sheet, drawing, random, base);
    case "pilling":
      return drawPilling(sheet, drawing, random, base);
    case "missing button":
    case null:
      return "";
  }
}

/** What shows through: the dark inside, or on dark cloth the pale ground below. */
function insideOf(base: string): string {
  return brightness(base) > 0.17 ? darken(base, 0.82) : "#c2ab8d";
}

function drawHole(random: Random, center: Point, base: string): string {
  const rim = blob(random, center, [between(random, 17, 22), between(random, 14, 19)], 0.25, 10);
  const edge = lighten(base, 0.45);
  const frays = rim
    .map(([x, y]) => {
      const inward = between(random, 0.25, 0.5);
      return `M${number(x)} ${number(y)}L${number(x + (center[0] - x) * inward + between(random, -3, 3))} ${number(y + (center[1] - y) * inward)}`;
    })
    .join("");
  return (
    `<path d="${softPath(rim)}" fill="#000" opacity=".4" transform="translate(1.5 2)" filter="url(#fold)"/>` +
    `<path d="${softPath(rim)}" fill="${insideOf(base)}" stroke="${edge}" stroke-width="2.2"/>` +
    `<path d="${frays}" stroke="${edge}" stroke-width="1.6" fill="none"/>`
  );
}

function drawStain(random: Random, center: Point, base: string): string {
  const [color, opacity] = brightness(base) > 0.42 ? ["#5a3716", 0.62] : ["#d9cfae", 0.66];
  const patch = blob(random, center, [between(random, 30, 40), between(random, 26, 36)], 0.28, 11);
  const drops = [0, 1, 2].map(() =>
    softPath(blob(random, [center[0] + between(random, -52, 52), center[1] + between(random, 30, 66)], [5, 6], 0.3)),
  );
  return (
    `<path d="${softPath(patch)}" fill="${color}" opacity="${opacity}"/><path d="${softPath(patch)}" fill="none" stroke="${color}" stroke-width="3" opacity=".45"/>` +
    `<path d="${drops.join("")}" fill="${color}" opacity="${opacity}"/>`
  );
}

/** A slit with ragged edges that gapes, threads across it. */
function drawTear(random: Random, center: Point, base: string): string {
  const steps = 13;
  const length = between(random, 84, 104);
  const edge = (side: number): Point[] =>
    Array.from({ length: steps + 1 }, (_, i) => {
      const t = i / steps;
      const gape = Math.sin(t * Math.PI) * 10 * side;
      return [(t - 0.5) * length, gape + between(random, -2.6, 2.6) * (i === 0 || i === steps ? 0 : 1)];
    });
  const [upper, lower] = [edge(-1), edge(1)];
  const rim = lighten(base, 0.5);
  const threads = [0.25, 0.42, 0.6, 0.78].map((t) => {
    const x = (t - 0.5) * length;
    return `M${number(x)} -9q${number(between(random, -6, 6))} 9 ${number(between(random, -5, 5))} 18`;
  });
  return (
    `<g transform="translate(${number(center[0])} ${number(center[1])}) rotate(${number(between(random, -70, 70))})">` +
    `<path d="${closedPath([...upper, ...lower.reverse()])}" fill="${insideOf(base)}" stroke="${rim}" stroke-width="2" stroke-linejoin="round"/>` +
    `<path d="${threads.join("")}" fill="none" stroke="${rim}" stroke-width="1.8"/></g>`
  );
}

/** Worn and bleached: broad pale areas with soft edges, where sun and washing reach first. */
function drawFading(sheet: Sheet, drawing: Drawing, random: Random, base: string): string {
  const box = boxOf(drawing.body);
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const patches = [0.22, 0.5, 0.78].map((at, i) => {
    const center: Point = [box.left + width * (i % 2 === 0 ? 0.36 : 0.64), box.top + height * at];
    const radius: Point = [width * between(random, 0.26, 0.34), height * between(random, 0.15, 0.2)];
    return `<path d="${softPath(blob(random, center, radius, 0.3))}" fill="${lighten(base, 0.62)}"/>`;
  });
  const blur = `<filter id="bleach" x="-.3" y="-.3" width="1.6" height="1.6"><feGaussianBlur stdDeviation="17"/></filter>`;
  return sheet.clip(drawing.body, `${blur}<g opacity=".72" filter="url(#bleach)">${patches.join("")}</g>`);
}

/** Little balls of rubbed yarn, crowded in places, each with its shadow and a loose fibre. */
function drawPilling(sheet: Sheet, drawing: Drawing, random: Random, base: string): string {
  const box = boxOf(drawing.body);
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const pale = lighten(base, brightness(base) > 0.7 ? 0.6 : 0.4);
  const crowds = Array.from({ length: 9 }, (): Point => [
    box.left + width * between(random, 0.18, 0.82),
    box.top + height * between(random, 0.42, 0.84),
  ]);
  const balls = crowds.flatMap(([cx, cy]) =>
    Array.from({ length: 16 }, () => {
      const [x, y] = [cx + between(random, -26, 26), cy + between(random, -24, 24)];
      const r = between(random, 2.4, 5);
      const ball = softPath(blob(random, [x, y], [r, r], 0.3, 6));
      return (
        `<path d="${ball}" opacity=".5" transform="translate(1.8 2.4)"/><path d="${ball}" fill="${pale}" stroke="${darken(base, 0.4)}" stroke-width=".7"/>` +
        `<path d="M${number(x)} ${number(y)}q${number(between(random, -7, 7))} ${number(between(random, -6, 2))} ${number(between(random, -9, 9))} ${number(between(random, -6, 6))}" fill="none" stroke="${pale}" stroke-width=".9"/>`
      );
    }),
  );
  return sheet.clip(drawing.body, balls.join(""));
}
