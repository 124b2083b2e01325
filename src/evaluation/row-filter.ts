import type { Canonicalise } from "./canonicalise.ts";
import { parseDimension, parseSlices } from "./slices.ts";
import type { RowFilter } from "./scored-rows.ts";
import { windowStart } from "./window.ts";

/** The parameters that say which scored rows a view is made of. */
export interface RowQuery {
  window?: string;
  slice?: string[];
  designs?: string;
  by?: string;
}

interface Defaults {
  window: string;
  designs: string;
  nowMs: number;
}

/** Reads which rows a view is made of. @throws GatewayError request_invalid */
export function readRowFilter(
  query: RowQuery,
  { nowMs, ...defaults }: Defaults,
  canonicalise: Canonicalise,
): RowFilter & { window: string } {
  const window = query.window ?? defaults.window;
  return {
    window,
    sinceMs: windowStart(window, nowMs),
    designs: (query.designs ?? defaults.designs).split(","),
    slices: parseSlices(query.slice ?? [], canonicalise),
    ...(query.by !== undefined && { by: parseDimension(query.by) }),
  };
}
