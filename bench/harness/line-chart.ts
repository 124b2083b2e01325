import { ticksUpTo } from "./ticks.ts";

interface Axis {
  label: string;
  /** The axis runs from 0 to at least this. */
  max: number;
}

interface Series {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** `step` holds each value until the next point; a `dashed` line is what others are compared with. */
  style?: "line" | "step" | "dashed";
}

/** A moment worth a word. */
interface Mark {
  x: number;
  label: string;
}

export interface LineChart {
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  marks?: readonly Mark[];
}

const width = 760;
const height = 380;
const plot = { left: 62, right: 20, top: 46, bottom: 82 };

/** Told apart by people who do not see all colours (Okabe and Ito), and dark or bright enough on either ground. */
const light = ["#0072b2", "#d55e00", "#007f5f", "#a3488c", "#6b6b6b"];
const dark = ["#56b4e9", "#e69f00", "#2fc79b", "#e39ac7", "#b0b0b0"];

/**
 * Draws a chart as an SVG that stands on its own: axes from 0, a legend below, colours after the reader's choice of light or
 * dark. More series than colours would be more than a reader can follow, and throw a RangeError.
 */
export function drawLineChart({ title, x, y, series, marks = [] }: LineChart): string {
  if (series.length > light.length) throw new RangeError(`a chart shows at most ${light.length} series`);
  const xTicks = ticksUpTo(x.max, 8);
  const yTicks = ticksUpTo(y.max);
  const bottom = height - plot.bottom;
  const toX = scale(xTicks.at(-1) as number, plot.left, width - plot.right);
  const toY = scale(yTicks.at(-1) as number, bottom, plot.top);

  const grid = yTicks.map(
    (tick) =>
      `<line class="grid" x1="${plot.left}" x2="${width - plot.right}" y1="${toY(tick)}" y2="${toY(tick)}"/>` +
      `<text class="tick" x="${plot.left - 8}" y="${toY(tick) + 4}" text-anchor="end">${tick}</text>`,
  );
  const xLabels = xTicks.map(
    (tick) => `<text class="tick" x="${toX(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
  );
  const lines = series.map(({ points, style = "line" }, at) => {
    const path = toPath(points, style, toX, toY);
    return `<path class="series s${at}"${style === "dashed" ? ' stroke-dasharray="6 4"' : ""} d="${path}"/>`;
  });
  const markLines = marks.map(
    (mark) =>
      `<line class="mark" x1="${toX(mark.x)}" x2="${toX(mark.x)}" y1="${plot.top}" y2="${bottom}"/>` +
      `<text class="tick" x="${toX(mark.x) + 4}" y="${plot.top + 10}">${escapeText(mark.label)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${styles()}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="title" x="${plot.left}" y="26">${escapeText(title)}</text>`,
    ...grid,
    ...xLabels,
    `<text class="axis" x="${(plot.left + width - plot.right) / 2}" y="${bottom + 38}" text-anchor="middle">${escapeText(x.label)}</text>`,
    `<text class="axis" transform="translate(16 ${(plot.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeText(y.label)}</text>`,
    ...markLines,
    ...lines,
    ...drawLegend(series),
    "</svg>\n",
  ].join("\n");
}

function scale(max: number, from: number, to: number): (value: number) => number {
  return (value) => Number((from + (value / max) * (to - from)).toFixed(1));
}

function toPath(
  points: Series["points"],
  style: Series["style"],
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  return points
    .map(([x, y], at) => {
      if (at === 0) return `M${toX(x)} ${toY(y)}`;
      return style === "step" ? `H${toX(x)}V${toY(y)}` : `L${toX(x)} ${toY(y)}`;
    })
    .join("");
}

function drawLegend(series: readonly Series[]): string[] {
  let at = plot.left;
  return series.map(({ name, style }, index) => {
    const y = height - 18;
    const entry =
      `<line class="series s${index}"${style === "dashed" ? ' stroke-dasharray="6 4"' : ""} x1="${at}" x2="${at + 22}" y1="${y - 4}" y2="${y - 4}"/>` +
      `<text class="axis" x="${at + 28}" y="${y}">${escapeText(name)}</text>`;
    // About 6.4 px a character at 12 px: an SVG cannot be asked how wide its text is.
    at += 28 + name.length * 6.4 + 22;
    return entry;
  });
}

function styles(): string {
  const colours = (list: readonly string[]): string => list.map((colour, at) => `.s${at}{stroke:${colour}}`).join("");
  return (
    "text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:15px;font-weight:600}.tick{font-size:11px}" +
    ".ground{fill:#fff}.grid{stroke:#e0e0e0}.mark{stroke:#888;stroke-dasharray:2 3}" +
    `.series{fill:none;stroke-width:2;stroke-linejoin:round}${colours(light)}` +
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.ground{fill:#161b22}.grid{stroke:#30363d}.mark{stroke:#8b949e}" +
    `${colours(dark)}}`
  );
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
