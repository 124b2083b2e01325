import type { Fabric } from "./kinds.ts";

/** The surface of the cloth as a fill named `texture`, or null for smooth cloth. */
export function drawTexture(fabric: Fabric): string | null {
  switch (fabric) {
    case "knit":
      return tile(
        14,
        12,
        `<path d="M0 1L7 8L14 1" fill="none" stroke="#000" stroke-opacity=".34" stroke-width="3"/><path d="M0 5L7 12L14 5" fill="none" stroke="#fff" stroke-opacity=".2" stroke-width="2"/>`,
      );
    case "denim":
      return tile(
        5,
        5,
        `<path d="M-1 6L6 -1" stroke="#fff" stroke-opacity=".2" stroke-width="1.2"/><path d="M-1 3L3 -1M2 6L6 2" stroke="#000" stroke-opacity=".16" stroke-width="1"/>`,
      );
    case "fleece":
      return tile(
        6,
        6,
        `<path d="M0 1h3M3 4h3" stroke="#000" stroke-opacity=".1" stroke-width="1.4"/><path d="M1 3h2M4 0h2" stroke="#fff" stroke-opacity=".12" stroke-width="1.2"/>`,
      );
    case "padded":
      return (
        `<linearGradient id="quilt" x2="0" y2="1"><stop offset="0" stop-color="#000" stop-opacity=".62"/><stop offset=".1" stop-color="#000" stop-opacity=".18"/>` +
        `<stop offset=".38" stop-color="#fff" stop-opacity=".3"/><stop offset=".7" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".5"/></linearGradient>` +
        tile(1800, 40, `<rect width="1800" height="40" fill="url(#quilt)"/>`)
      );
    case "woven":
    case "jersey":
    case "leather":
      return null;
  }
}

function tile(width: number, height: number, content: string): string {
  return `<pattern id="texture" patternUnits="userSpaceOnUse" width="${width}" height="${height}">${content}</pattern>`;
}
