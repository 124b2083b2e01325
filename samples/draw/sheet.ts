import { between, streamOf } from "./choice.ts";
import { drawTile } from "./pattern.ts";
import type { GarmentPlan } from "./plan.ts";
import { brightness, darken, hexOf, lighten } from "./palette.ts";
import { boxOf, closedPath, linePath, number } from "./shape.ts";
import type { Box, Point } from "./shape.ts";
import { drawTexture } from "./texture.ts";

/**
 * What a piece is cut from: the main cloth, the second cloth of a colour-blocked garment, ribbing and collars, the inside
 * that shows at an opening.
 */
type Part = "main" | "second" | "trim" | "inside";

interface PieceOptions {
  part?: Part;
  /** Direction of the cloth in degrees: sleeves carry their stripes along. */
  grain?: number;
  /** Depth of the shade along the edges, 0..1. */
  depth?: number;
}

/** One garment on the table: cuts ask it for pieces, and it remembers definitions and how far the pieces reach. */
export interface Sheet {
  base: string;
  /** Thread, seams and edges on this cloth. */
  seam: string;
  piece(outline: readonly Point[], options?: PieceOptions): string;
  /** A seam or stitched line; `dash` in SVG notation. */
  line(
    points: readonly Point[],
    style?: { color?: string; width?: number; opacity?: number; dash?: string; cap?: "round" | "butt" },
  ): string;
  /** Soft dark folds with a lit side, only where the outline is. */
  folds(outline: readonly Point[], folds: readonly (readonly Point[])[], depth?: number): string;
  clip(outline: readonly Point[], markup: string): string;
  definitions(): string;
  box(): Box;
}

/** `blockAt` is the height at which a colour-blocked garment changes cloth. */
export function createSheet(plan: GarmentPlan, blockAt: number): Sheet {
  // A source of its own, so that the tag view shows the same cloth as the front.
  const random = streamOf(plan.seed, plan.index, 7);
  const base = hexOf(plan.base);
  const isDark = brightness(base) < 0.25;
  // The same dark edge that gives black cloth its volume makes white cloth look dirty.
  const edgeDepth = brightness(base) > 0.6 ? 0.5 : 0.9;
  const second = plan.pattern === "colorblock" ? hexOf(plan.accents[0] ?? plan.base) : base;
  const seam = isDark ? lighten(base, 0.22) : darken(base, 0.35);
  const definitions: string[] = [];
  const reached: Point[] = [];
  let clips = 0;

  const tile = drawTile(plan, random);
  const isUpright = plan.pattern === "striped" && ["shirt", "trousers", "skirt", "blouse"].includes(plan.type);
  const tilt = isUpright ? 90 : between(random, -1.5, 1.5);
  const grains = new Map<number, string>();
  if (tile !== null) {
    definitions.push(
      `<pattern id="weave" patternUnits="userSpaceOnUse" x="-500" y="-500" width="${number(tile.width)}" height="${number(tile.height)}">${tile.content}</pattern>`,
    );
  }
  const texture = drawTexture(plan.fabric);
  if (texture !== null) definitions.push(texture);
  definitions.push(
    `<linearGradient id="round"><stop offset="0" stop-color="#000" stop-opacity=".3"/><stop offset=".28" stop-color="#fff" stop-opacity=".07"/>` +
      `<stop offset=".62" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".34"/></linearGradient>`,
    `<filter id="soft" x="-.12" y="-.12" width="1.24" height="1.24"><feGaussianBlur stdDeviation="7"/></filter>`,
    `<filter id="fold" x="-.15" y="-.15" width="1.3" height="1.3"><feGaussianBlur stdDeviation="4.5"/></filter>`,
  );

  function weaveAt(grain: number): string {
    const known = grains.get(grain);
    if (known !== undefined) return known;
    const id = `weave${grains.size}`;
    grains.set(grain, id);
    definitions.push(`<pattern id="${id}" href="#weave" patternTransform="rotate(${number(grain + tilt)})"/>`);
    return id;
  }

  function clip(outline: readonly Point[], markup: string): string {
    clips += 1;
    definitions.push(`<clipPath id="clip${clips}"><path d="${closedPath(outline)}"/></clipPath>`);
    return `<g clip-path="url(#clip${clips})">${markup}</g>`;
  }

  function fillOf(part: Part): string {
    if (part === "second") return second;
    if (part === "trim") return isDark ? lighten(second, 0.05) : darken(second, 0.1);
    if (part === "inside") return darken(base, isDark ? 0.45 : 0.5);
    return base;
  }

  return {
    base,
    seam,
    clip,
    piece(outline, { part = "main", grain = 0, depth = 0.5 } = {}) {
      reached.push(...outline);
      const d = closedPath(outline);
      const block =
        plan.pattern === "colorblock" && part === "main"
          ? `<rect x="-500" y="${blockAt}" width="1000" height="1500" fill="${second}"/><path d="M-500 ${blockAt}H500" stroke="${darken(second, 0.4)}" stroke-width="2"/>`
          : "";
      const hasPattern = tile !== null && (part === "main" || part === "second" || plan.pattern === "heathered");
      const shade =
        `<path d="${d}" fill="url(#round)" opacity="${part === "inside" ? 0.6 : 1}"/>` +
        `<path d="${d}" fill="none" stroke="#000" stroke-opacity="${depth * edgeDepth}" stroke-width="20" filter="url(#soft)"/>`;
      return (
        `<path d="${d}" fill="${fillOf(part)}"/>` +
        clip(
          outline,
          block +
            (hasPattern ? `<path d="${d}" fill="url(#${weaveAt(grain)})"/>` : "") +
            (texture !== null && part !== "inside"
              ? `<g transform="rotate(${number(grain)})"><rect x="-900" y="-900" width="1800" height="1800" fill="url(#texture)"/></g>`
              : "") +
            shade,
        ) +
        `<path d="${d}" fill="none" stroke="${isDark ? "#000" : darken(base, 0.55)}" stroke-opacity=".55" stroke-width="1.4"/>`
      );
    },
    line(points, { color = seam, width = 1.6, opacity = 0.7, dash, cap = "round" } = {}) {
      const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
      return `<path d="${linePath(points)}" fill="none" stroke="${color}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linecap="${cap}" stroke-linejoin="round"${dashes}/>`;
    },
    folds(outline, folds, depth = 0.32) {
      const dark = folds.map(linePath).join("");
      return clip(
        outline,
        `<g filter="url(#fold)" fill="none" stroke-linecap="round">` +
          `<path d="${dark}" stroke="#000" stroke-width="9" stroke-opacity="${isDark ? depth + 0.2 : depth}"/>` +
          `<path d="${dark}" transform="translate(8 -5)" stroke="#fff" stroke-width="7" stroke-opacity="${isDark ? 0.24 : 0.34}"/></g>`,
      );
    },
    definitions: () => definitions.join(""),
    box: () => boxOf(reached),
  };
}
