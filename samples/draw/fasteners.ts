import { darken, lighten } from "./palette.ts";
import type { Sheet } from "./sheet.ts";
import { number } from "./shape.ts";
import type { Point } from "./shape.ts";

/** A zip from top to bottom with its slider; `slider` is where it stands. */
export function drawZip(sheet: Sheet, top: Point, bottom: Point, slider: Point): string {
  const tape = darken(sheet.base, 0.45);
  const [x, y] = slider;
  return (
    sheet.line([top, bottom], { color: "#000", width: 15, opacity: 0.32 }) +
    sheet.line([top, bottom], { color: tape, width: 12, opacity: 1 }) +
    sheet.line([top, bottom], { color: "#c9cbcf", width: 6, opacity: 1, dash: "2.4 2.6" }) +
    `<path d="M${number(x - 5)} ${number(y)}h10v10h-10zM${number(x - 3)} ${number(y + 10)}h6l1.5 24h-9z" fill="#dadce0" stroke="#34363a" stroke-width="1.5"/>`
  );
}

/** Buttons along a line; the one at `missing` is gone: its thread ends and two holes are left. */
export function drawButtons(
  sheet: Sheet,
  places: readonly Point[],
  options: { isSnap?: boolean; missing?: number } = {},
): string {
  return places
    .map(([x, y], i) => {
      const at = `translate(${number(x)} ${number(y)})`;
      if (i === options.missing) return `<g transform="${at}">${drawThreads(sheet)}</g>`;
      if (options.isSnap === true) {
        return `<g transform="${at}"><circle r="8" cy="1.5" opacity=".45"/><circle r="7.4" fill="#aeb2b8" stroke="#4c4f55" stroke-width="1.4"/><circle r="4" fill="#e6e9ed" stroke="#7b7f86"/></g>`;
      }
      const face = sheet.base === "#f3f2ee" || sheet.base === "#efe4c8" ? "#6b5a48" : lighten(sheet.base, 0.72);
      return (
        `<g transform="${at}"><circle r="7.6" cx="1" cy="2" opacity=".45"/><circle r="7" fill="${face}" stroke="${darken(face, 0.5)}" stroke-width="1.5"/>` +
        `<path d="M-2 -2h.1M2 -2h.1M-2 2h.1M2 2h.1" stroke="${darken(face, 0.75)}" stroke-width="1.9" stroke-linecap="round"/></g>`
      );
    })
    .join("");
}

function drawThreads(sheet: Sheet): string {
  const thread = lighten(sheet.base, 0.8);
  return (
    `<ellipse rx="8" ry="7" fill="#000" opacity=".3"/><circle cx="-2.4" r="1.8" fill="#000"/><circle cx="2.4" r="1.8" fill="#000"/>` +
    `<path d="M-2.4 0C-9 -9 -15 2 -11 12M2.4 0C9 6 7 14 13 19M0 1C-3 8 2 12 -2 20" fill="none" stroke="${thread}" stroke-width="1.8"/>`
  );
}

/** Two cord ends that hang from a bow. */
export function drawCord(sheet: Sheet, [x, y]: Point, color = "#ece8df"): string {
  const d = `M${x} ${y}C${x - 34} ${y - 14} ${x - 34} ${y + 18} ${x} ${y}C${x + 34} ${y - 14} ${x + 34} ${y + 18} ${x} ${y}M${x} ${y}q-14 30 -10 66M${x} ${y}q16 26 11 58`;
  return (
    `<path d="${d}" fill="none" stroke="${darken(sheet.base, 0.6)}" stroke-width="8" opacity=".6"/>` +
    `<path d="${d}" fill="none" stroke="${color}" stroke-width="4.8" stroke-linecap="round"/><circle cx="${x}" cy="${y}" r="5.5" fill="${color}" stroke="#444" stroke-opacity=".6"/>`
  );
}

/** A belt across a waist with its metal buckle. */
export function drawBelt(left: Point, right: Point, color = "#3a2618"): string {
  const y = (left[1] + right[1]) / 2;
  return (
    `<path d="M${number(left[0])} ${number(left[1])}Q0 ${number(y + 9)} ${number(right[0])} ${number(right[1])}" fill="none" stroke="#000" stroke-width="25" opacity=".55"/>` +
    `<path d="M${number(left[0])} ${number(left[1])}Q0 ${number(y + 9)} ${number(right[0])} ${number(right[1])}" fill="none" stroke="${color}" stroke-width="22"/>` +
    `<path d="M22 ${number(y + 5)}h.1M36 ${number(y + 4)}h.1M50 ${number(y + 4)}h.1" stroke="#000" stroke-width="4" stroke-linecap="round"/>` +
    `<rect x="-19" y="${number(y - 13)}" width="38" height="34" rx="4" fill="none" stroke="#2b2b2e" stroke-width="8"/>` +
    `<rect x="-19" y="${number(y - 13)}" width="38" height="34" rx="4" fill="none" stroke="#d8c48a" stroke-width="5"/><path d="M-19 ${number(y + 4)}H16" stroke="#d8c48a" stroke-width="4"/>`
  );
}
