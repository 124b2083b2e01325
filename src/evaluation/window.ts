import { requestInvalid } from "./errors.ts";

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** The earliest time of a window that ends now, in milliseconds since the epoch; 0 for `all`. */
export function windowStart(window: string, nowMs: number): number {
  if (window === "all") return 0;
  const match = /^([1-9]\d{0,4})([mhdw])$/.exec(window);
  if (match === null) {
    throw requestInvalid("Give a window such as 30m, 24h, 7d, 4w, or all.", {
      errors: [{ path: "window", message: "must be a number of m, h, d or w, or all" }],
    });
  }
  return nowMs - Number(match[1]) * (unitMs[match[2] as string] as number);
}
