import type { Drawing } from "./drawing.ts";
import { number } from "./shape.ts";

/** A hanger behind the garment and the nail that it hangs from. */
export function drawHanger({ y, halfWidth, byClips }: Drawing["hang"]): string {
  const neck = y - (byClips ? 30 : 20);
  const hook = `M0 ${number(neck)}v-30c0 -14 20 -12 18 -30c-2 -18 -30 -18 -32 0`;
  const bar = byClips
    ? `M${number(-halfWidth - 16)} ${number(neck)}H${number(halfWidth + 16)}`
    : `M${number(-halfWidth)} ${number(y + 26)}L0 ${number(neck)}L${number(halfWidth)} ${number(y + 26)}`;
  const clips = byClips
    ? [-halfWidth, halfWidth]
        .map((x) => `<rect x="${number(x - 9)}" y="${number(neck - 3)}" width="18" height="44" rx="3" fill="#3a3b3f"/>`)
        .join("")
    : "";
  return (
    `<path d="${hook}" fill="none" stroke="#000" stroke-opacity=".25" stroke-width="7" transform="translate(9 8)"/>` +
    `<path d="${hook}" fill="none" stroke="#9b9da1" stroke-width="5" stroke-linecap="round"/>` +
    `<path d="${bar}" fill="none" stroke="#26262a" stroke-width="${byClips ? 9 : 13}" stroke-linejoin="round" stroke-linecap="round"/>${clips}`
  );
}
