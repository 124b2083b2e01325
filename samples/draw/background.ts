import type { Random } from "../../src/kernel/index.ts";
import { between, pick } from "./choice.ts";
import { darken, mix } from "./palette.ts";
import { number } from "./shape.ts";

/** Where a garment is photographed: hung on a wall, or laid on something. */
const settings = ["wall", "oak floor", "dark floor", "carpet", "grey carpet", "bed linen", "blanket", "tiles"] as const;
export type Setting = (typeof settings)[number];

const brightnessOf: Readonly<Record<Setting, number>> = {
  wall: 0.83,
  "oak floor": 0.62,
  "dark floor": 0.3,
  carpet: 0.72,
  "grey carpet": 0.42,
  "bed linen": 0.9,
  blanket: 0.5,
  tiles: 0.76,
};

/** Settings against which cloth of this brightness stands out. Hats and shoes lie down; nothing holds them on a wall. */
export function settingsFor(clothBrightness: number, liesDown: boolean): Setting[] {
  return settings.filter(
    (setting) => Math.abs(brightnessOf[setting] - clothBrightness) > 0.16 && !(liesDown && setting === "wall"),
  );
}

/** Canvas units: the camera looks at x -300..300, y -400..400 and sees a little beyond when it tilts. */
export const canvas = { left: -360, top: -480, width: 720, height: 960 } as const;

const everywhere = `x="${canvas.left}" y="${canvas.top}" width="${canvas.width}" height="${canvas.height}"`;

export function drawBackground(setting: Setting, random: Random): string {
  switch (setting) {
    case "wall":
      return drawWall(random);
    case "oak floor":
      return drawFloor(random, pick(random, ["#b98a54", "#c49a66", "#ad8355"]));
    case "dark floor":
      return drawFloor(random, pick(random, ["#5b3a24", "#4a3527", "#63422b"]));
    case "carpet":
      return drawCarpet(random, pick(random, ["#cdbb9c", "#bdb6a8", "#c9b7a6"]));
    case "grey carpet":
      return drawCarpet(random, pick(random, ["#6b6d71", "#5e6a6b", "#736a66"]));
    case "bed linen":
      return drawLinen(random);
    case "blanket":
      return drawBlanket(random);
    case "tiles":
      return drawTiles(random);
  }
}

/** A rectangle over the whole canvas whose surface is lit from the side as uneven as the noise says. */
function litSurface(
  random: Random,
  color: string,
  noise: { frequency: string; octaves: number; relief: number },
): string {
  const seed = Math.floor(random() * 1000);
  return (
    `<filter id="surface" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">` +
    `<feTurbulence type="fractalNoise" baseFrequency="${noise.frequency}" numOctaves="${noise.octaves}" seed="${seed}"/>` +
    `<feDiffuseLighting surfaceScale="${noise.relief}" diffuseConstant="1.18" lighting-color="#fff">` +
    `<feDistantLight azimuth="230" elevation="58"/></feDiffuseLighting>` +
    `<feComposite in2="SourceGraphic" operator="arithmetic" k1="1"/></filter>` +
    `<rect ${everywhere} fill="${color}" filter="url(#surface)"/>`
  );
}

function drawWall(random: Random): string {
  const color = pick(random, ["#dcd9d2", "#d6dbdc", "#e0d8c8", "#cfd6cb"]);
  const skirting =
    random() < 0.4 ? `<path d="M-360 436H360" stroke="${darken(color, 0.25)}" stroke-width="5" opacity=".6"/>` : "";
  return litSurface(random, color, { frequency: "0.09", octaves: 3, relief: 0.7 }) + skirting;
}

function drawFloor(random: Random, color: string): string {
  const plank = between(random, 80, 120);
  const isUpright = random() < 0.5;
  const boards: string[] = [];
  for (let edge = -500; edge < 500; edge += plank) {
    const shade = mix(color, random() < 0.5 ? "#2a1a0c" : "#f1ddbb", between(random, 0, 0.16));
    const joint = between(random, -480, 480);
    boards.push(
      `<rect x="-500" y="${number(edge)}" width="1000" height="${number(plank)}" fill="${shade}"/>` +
        `<path d="M-500 ${number(edge)}H500M${number(joint)} ${number(edge)}v${number(plank)}" stroke="#1d1109" stroke-width="2.2" opacity=".65"/>`,
    );
  }
  const grain =
    `<filter id="grain" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency="0.006 0.11" ` +
    `numOctaves="3" seed="${Math.floor(random() * 1000)}"/><feColorMatrix values="0 0 0 0 .16  0 0 0 0 .09  0 0 0 0 .03  0 0 0 1.9 -.72"/></filter>` +
    `<rect x="-500" y="-500" width="1000" height="1000" filter="url(#grain)" opacity=".6"/>`;
  return `<g transform="rotate(${isUpright ? 90 : 0})">${boards.join("")}${grain}</g>`;
}

function drawCarpet(random: Random, color: string): string {
  return litSurface(random, color, { frequency: "0.15", octaves: 2, relief: 2 });
}

function drawLinen(random: Random): string {
  const color = pick(random, ["#f3f1ec", "#e4e8ee", "#efe6da"]);
  return litSurface(random, color, { frequency: "0.004 0.007", octaves: 3, relief: 15 });
}

/** A quilted bedspread: diamonds that swell between their seams. */
function drawBlanket(random: Random): string {
  const color = pick(random, ["#7d8f92", "#a08457", "#8d7288", "#708a68"]);
  const side = between(random, 80, 120);
  const half = number(side / 2);
  const quilt =
    `<radialGradient id="swell"><stop offset="0" stop-color="#fff" stop-opacity=".2"/><stop offset="1" stop-color="#000" stop-opacity=".2"/></radialGradient>` +
    `<pattern id="quilting" patternUnits="userSpaceOnUse" width="${number(side)}" height="${number(side)}" patternTransform="rotate(45)">` +
    `<rect width="${number(side)}" height="${number(side)}" fill="url(#swell)"/><path d="M0 ${half}H${number(side)}M${half} 0V${number(side)}" stroke="#fff" stroke-opacity=".07" stroke-width="2"/>` +
    `<path d="M0 0H${number(side)}M0 0V${number(side)}" stroke="${darken(color, 0.5)}" stroke-width="5" stroke-dasharray="9 4" opacity=".8"/></pattern>`;
  return (
    litSurface(random, color, { frequency: "0.012", octaves: 4, relief: 7 }) +
    `${quilt}<rect ${everywhere} fill="url(#quilting)"/>`
  );
}

function drawTiles(random: Random): string {
  const color = pick(random, ["#c9c7c0", "#bfc6c8", "#d2c9bb"]);
  const side = between(random, 210, 300);
  const lines: string[] = [];
  for (let at = between(random, -460, -300); at < 480; at += side) {
    lines.push(`M-360 ${number(at)}H360M${number(at * 0.9)} -480V480`);
  }
  const d = lines.join("");
  return (
    litSurface(random, color, { frequency: "0.02", octaves: 4, relief: 1.6 }) +
    `<path d="${d}" stroke="#8c8980" stroke-width="6" opacity=".75"/><path d="${d}" stroke="#fff" stroke-width="1.5" transform="translate(4 4)" opacity=".5"/>`
  );
}
