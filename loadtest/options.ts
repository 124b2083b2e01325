import { parseArgs } from "node:util";
import { Refusal } from "./refusal.ts";

/** What the command line says. */
export interface Options {
  /** Seconds of load; null: the scenario's own. */
  seconds: number | null;
  /** Requests a second; null: the scenario's own. */
  rate: number | null;
  samplesDir: string;
  outDir: string;
  isQuick: boolean;
  seed: number;
}

/** Bounds that keep a mistyped figure from becoming a flood or a run without end. */
const maxSeconds = 24 * 3600;
const maxRate = 2000;
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * Reads the arguments after `npm run loadtest --`; null: help is wanted.
 * @throws Refusal with exit status 2 for anything that does not fit
 */
export function readOptions(args: readonly string[]): { name: string; options: Options } | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [name, ...surplus] = positionals;
  if (name === undefined) throw new Refusal("Which scenario?", 2);
  if (surplus.length > 0) throw new Refusal(`One scenario at a time, not also ${surplus.join(", ")}.`, 2);
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Refusal(`--seed takes a whole number, not ${values.seed}.`, 2);
  return {
    name,
    options: {
      seconds: values.duration === undefined ? null : readDuration(values.duration),
      rate: values.rate === undefined ? null : readRate(values.rate),
      samplesDir: values.samples,
      outDir: values.out,
      isQuick: values.quick,
      seed,
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        duration: { type: "string" },
        rate: { type: "string" },
        samples: { type: "string", default: "samples/garments" },
        out: { type: "string", default: "loadtest/results" },
        quick: { type: "boolean", default: false },
        seed: { type: "string", default: "1" },
      },
    });
  } catch (error) {
    throw new Refusal((error as Error).message, 2);
  }
}

/** `90`, `90s`, `10m`, `1h` as seconds. */
function readDuration(text: string): number {
  const [, digits, unit = "s"] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? [];
  const seconds = Number(digits) * (unitSeconds[unit] as number);
  if (seconds >= 1 && seconds <= maxSeconds) return seconds;
  throw new Refusal(`--duration takes 1s to 24h (90, 90s, 10m, 1h), not ${text}.`, 2);
}

function readRate(text: string): number {
  const rate = Number(text);
  if (rate > 0 && rate <= maxRate) return rate;
  throw new Refusal(`--rate takes requests a second, above 0 and up to ${maxRate}, not ${text}.`, 2);
}
