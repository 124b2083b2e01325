import { readFileSync } from "node:fs";

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
/** An hour becomes half a minute. */
const shrink = 120;
/** Windows need a few scrapes, which come every second. */
const shortestWindow = 4;

/**
 * A rule file for a test: windows and `for` are 120 times shorter (windows at least 4 s, `for` at least 1 s), and all else is the
 * same. Shares of shorter windows are shares all the same, so that what fires here fires there for the same fault, later.
 */
export function shortRules(file: string, replace: readonly (readonly [string, string])[] = []): string {
  const short = readFileSync(file, "utf8")
    .replaceAll(/\[(\d+)([smhd])\]/g, (_, count: string, unit: string) => `[${shorten(count, unit, shortestWindow)}s]`)
    .replaceAll(/\bfor: (\d+)([smhd])\b/g, (_, count: string, unit: string) => `for: ${shorten(count, unit, 1)}s`);
  return replace.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    return text.replaceAll(from, to);
  }, short);
}

function shorten(count: string, unit: string, least: number): number {
  return Math.max(least, Math.round((Number(count) * (unitSeconds[unit] as number)) / shrink));
}
