import type { Random } from "../../src/kernel/index.ts";
import { between, pick } from "./choice.ts";
import type { GarmentPlan } from "./plan.ts";
import { brightness, darken, hexOf, lighten, mix } from "./palette.ts";
import { blob, number, softPath } from "./shape.ts";
import type { Point } from "./shape.ts";

/** One repeat of an all-over pattern, drawn on top of the base colour. */
export interface Tile {
  width: number;
  height: number;
  content: string;
}

/**
 * The repeat for a plan, or null where the cloth itself is plain (solid, prints in one place, colour blocks: the last are
 * cut from different cloth, see sheet.ts).
 */
export function drawTile(plan: GarmentPlan, random: Random): Tile | null {
  const base = hexOf(plan.base);
  const inks = plan.accents.map(hexOf);
  const ink = inks[0] ?? base;
  switch (plan.pattern) {
    case "striped":
      return drawStripes(random, ink);
    case "plaid":
      return drawPlaid(random, base, ink);
    case "checked":
      return drawChecks(random, ink);
    case "polka dot":
      return drawDots(random, ink);
    case "floral":
      return drawFlowers(random, base, inks);
    case "geometric":
      return drawGeometry(random, inks);
    case "camouflage":
      return drawCamouflage(random, base, ink);
    case "heathered":
      return drawHeather(random, base);
    case "tie dye":
      return drawTieDye(random, ink);
    case "animal print":
      return plan.base === "white" ? drawZebra(random, ink) : drawLeopard(random, base, ink);
    case "abstract":
      return drawAbstract(random, inks);
    case "solid":
    case "colorblock":
    case "graphic print":
    case "text print":
      return null;
  }
}

function drawStripes(random: Random, ink: string): Tile {
  const period = between(random, 22, 52);
  const wide = period * between(random, 0.35, 0.55);
  return { width: 60, height: period, content: `<rect width="60" height="${number(wide)}" fill="${ink}"/>` };
}

function drawPlaid(random: Random, base: string, ink: string): Tile {
  const side = between(random, 66, 92);
  const third = brightness(base) > 0.5 ? darken(ink, 0.45) : lighten(ink, 0.35);
  const bands = [
    { at: 0, width: 0.34, color: ink, opacity: 0.6 },
    { at: 0.13, width: 0.07, color: third, opacity: 0.85 },
    { at: 0.62, width: 0.05, color: ink, opacity: 0.9 },
    { at: 0.72, width: 0.03, color: third, opacity: 0.7 },
  ];
  const content = bands.map(({ at, width, color, opacity }) => {
    const place = number(at * side);
    const size = number(width * side);
    return (
      `<rect y="${place}" width="${number(side)}" height="${size}" fill="${color}" fill-opacity="${opacity}"/>` +
      `<rect x="${place}" width="${size}" height="${number(side)}" fill="${color}" fill-opacity="${opacity * 0.85}"/>`
    );
  });
  return { width: side, height: side, content: content.join("") };
}

function drawChecks(random: Random, ink: string): Tile {
  const side = between(random, 24, 36);
  const half = number(side / 2);
  return {
    width: side,
    height: side,
    content:
      `<rect width="${number(side)}" height="${half}" fill="${ink}" fill-opacity=".52"/>` +
      `<rect width="${half}" height="${number(side)}" fill="${ink}" fill-opacity=".52"/><rect width="${half}" height="${half}" fill="${ink}" fill-opacity=".6"/>`,
  };
}

function drawDots(random: Random, ink: string): Tile {
  const gap = between(random, 34, 50);
  const r = number(gap * between(random, 0.17, 0.25));
  const at = (x: number, y: number): string => `<circle cx="${number(x)}" cy="${number(y)}" r="${r}" fill="${ink}"/>`;
  return { width: gap, height: gap, content: at(gap / 4, gap / 4) + at((gap * 3) / 4, (gap * 3) / 4) };
}

/** Draws a motif so that what leaves the tile on one side comes back on the other. */
function wrap(side: number, x: number, y: number, motif: string): string {
  const copies: string[] = [];
  for (const dx of [-side, 0, side]) {
    for (const dy of [-side, 0, side]) {
      copies.push(`<g transform="translate(${number(x + dx)} ${number(y + dy)})">${motif}</g>`);
    }
  }
  return copies.join("");
}

/** Places spread over a square by a jittered grid: even enough to fill it, uneven enough to look printed by hand. */
function scatter(random: Random, side: number, perRow: number): Point[] {
  const cell = side / perRow;
  return Array.from({ length: perRow * perRow }, (_, i) => [
    (Math.floor(i / perRow) + between(random, 0.2, 0.8)) * cell,
    ((i % perRow) + between(random, 0.2, 0.8)) * cell,
  ]);
}

function drawFlowers(random: Random, base: string, inks: string[]): Tile {
  const side = 150;
  const leaf = brightness(base) > 0.5 ? "#4d7a4a" : "#7fae74";
  const content = scatter(random, side, 3).map(([x, y]) => {
    const ink = pick(random, inks);
    const r = between(random, 9, 16);
    const turn = between(random, 0, 72);
    const petals = [0, 72, 144, 216, 288].map(
      (angle) =>
        `<ellipse cx="0" cy="${number(-r * 0.8)}" rx="${number(r * 0.56)}" ry="${number(r * 0.78)}" transform="rotate(${angle})" fill="${ink}" stroke="${mix(ink, base, 0.45)}" stroke-width="1"/>`,
    );
    const leaves = `<path d="M0 0Q${number(r)} ${number(r * 0.7)} ${number(r * 2.3)} ${number(r * 0.9)}Q${number(r * 1.2)} ${number(r * 1.8)} 0 0" fill="${leaf}"/>`;
    const heart = `<circle r="${number(r * 0.32)}" fill="#e0b33c"/>`;
    return wrap(side, x, y, `<g transform="rotate(${number(turn)})">${leaves}${petals.join("")}${heart}</g>`);
  });
  return { width: side, height: side, content: content.join("") };
}

function drawGeometry(random: Random, inks: string[]): Tile {
  const at = (i: number): string => inks[i % inks.length] ?? "#000";
  const motif = pick(random, ["triangles", "chevrons", "diamonds"] as const);
  if (motif === "triangles") {
    const content = [0, 1, 2].flatMap((row) =>
      [0, 1, 2].map(
        (column) => `<path d="M${column * 32 + 4} ${row * 32 + 28}l12 -22l12 22z" fill="${at(row + column)}"/>`,
      ),
    );
    return { width: 96, height: 96, content: content.join("") };
  }
  if (motif === "chevrons") {
    const rows = [0, 1, 2].map(
      (row) =>
        `<path d="M-4 ${row * 30 + 22}L20 ${row * 30 + 2}L44 ${row * 30 + 22}" fill="none" stroke="${at(row)}" stroke-width="9"/>`,
    );
    return { width: 40, height: 90, content: rows.join("") };
  }
  const diamonds = [0, 1, 2].map(
    (i) =>
      `<path d="M24 ${i * 60 + 2}L44 ${i * 60 + 30}L24 ${i * 60 + 58}L4 ${i * 60 + 30}Z" fill="${at(i)}"/><path d="M24 ${i * 60 + 18}l9 12l-9 12l-9 -12z" fill="${at(i + 1)}" stroke="#fff" stroke-opacity=".5" stroke-width="2"/>`,
  );
  return { width: 48, height: 180, content: diamonds.join("") };
}

function drawCamouflage(random: Random, base: string, ink: string): Tile {
  const side = 190;
  const inks = [ink, darken(base, 0.45), mix(base, "#d8cba0", 0.5), ink];
  const content = scatter(random, side, 4).map(([x, y], i) => {
    const patch = blob(random, [0, 0], [between(random, 24, 40), between(random, 14, 22)], 0.5, 11);
    return wrap(side, x, y, `<path d="${softPath(patch)}" fill="${inks[i % inks.length]}"/>`);
  });
  return { width: side, height: side, content: content.join("") };
}

function drawHeather(random: Random, base: string): Tile {
  const side = 110;
  const fibres = Array.from({ length: 900 }, () => {
    const isLight = random() < 0.5;
    const [x, y, length] = [between(random, 0, side), between(random, 0, side), between(random, 3, 9)];
    return { isLight, d: `M${number(x)} ${number(y)}h${number(length)}` };
  });
  const path = (isLight: boolean, color: string): string =>
    `<path d="${fibres
      .filter((fibre) => fibre.isLight === isLight)
      .map((fibre) => fibre.d)
      .join("")}" stroke="${color}" stroke-width="1.1" stroke-opacity=".55"/>`;
  return { width: side, height: side, content: path(true, lighten(base, 0.5)) + path(false, darken(base, 0.5)) };
}

/** Spiral arms from one knot, as large as the garment: tie dye does not repeat. */
function drawTieDye(random: Random, ink: string): Tile {
  const arms = 7;
  const center: Point = [500 + between(random, -40, 40), 660 + between(random, -60, 60)];
  const paths = Array.from({ length: arms }, (_, arm) => {
    const edge = (offset: number): Point[] =>
      Array.from({ length: 26 }, (_, i) => {
        const radius = 6 + i * 22;
        const angle = (arm / arms) * 2 * Math.PI + offset + i * 0.2 + between(random, -0.07, 0.07);
        return [center[0] + Math.cos(angle) * radius, center[1] + Math.sin(angle) * radius];
      });
    return softPath([...edge(0), ...edge(0.36 + between(random, -0.05, 0.05)).reverse()]);
  });
  const d = paths.join("");
  // Dye bleeds: the same arms ever wider and fainter.
  const bleeding = [26, 17, 9].map(
    (width) => `<path d="${d}" fill="none" stroke="${ink}" stroke-width="${width}" stroke-opacity=".2"/>`,
  );
  return { width: 1000, height: 1000, content: `${bleeding.join("")}<path d="${d}" fill="${ink}" fill-opacity=".8"/>` };
}

function drawLeopard(random: Random, base: string, ink: string): Tile {
  const side = 130;
  const content = scatter(random, side, 4).map(([x, y]) => {
    const spot = softPath(blob(random, [0, 0], [between(random, 8, 12), between(random, 7, 10)], 0.3));
    const gap = number(between(random, 6, 10));
    return wrap(
      side,
      x,
      y,
      `<path d="${spot}" fill="${darken(base, 0.4)}" stroke="${ink}" stroke-width="5.5" stroke-dasharray="17 ${gap}"/>`,
    );
  });
  return { width: side, height: side, content: content.join("") };
}

function drawZebra(random: Random, ink: string): Tile {
  const stripes = Array.from({ length: 5 }, (_, i) => {
    const y = i * 30;
    const swell = between(random, -12, 12);
    return `<path d="M0 ${y + 4}Q35 ${number(y + 22 + swell)} 70 ${y + 8}T140 ${y + 4}L140 ${y + 15}Q105 ${number(y + 12 + swell)} 70 ${y + 21}T0 ${y + 15}Z" fill="${ink}"/>`;
  });
  return { width: 140, height: 150, content: stripes.join("") };
}

function drawAbstract(random: Random, inks: string[]): Tile {
  const side = 240;
  const content = scatter(random, side, 4).map(([x, y], i) => {
    const ink = inks[i % inks.length] ?? "#000";
    const turn = number(between(random, 0, 180));
    if (i % 3 === 0) {
      const patch = softPath(blob(random, [0, 0], [between(random, 22, 38), between(random, 12, 24)], 0.55));
      return wrap(side, x, y, `<path d="${patch}" fill="${ink}" fill-opacity=".9"/>`);
    }
    const stroke = `<path d="M-30 0Q-10 ${number(between(random, -26, 26))} 6 0T34 ${number(between(random, -14, 14))}" fill="none" stroke="${ink}" stroke-width="${number(between(random, 4, 12))}" stroke-linecap="round"/>`;
    return wrap(side, x, y, `<g transform="rotate(${turn})">${stroke}</g>`);
  });
  return { width: side, height: side, content: content.join("") };
}
