import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NextUpload } from "../traffic/crowd.ts";
import { findKnee } from "./find-knee.ts";
import type { Stage } from "./scenario.ts";

interface KnownKnee {
  perSecond: number;
  /** Where it comes from, for the report. */
  note: string;
}

/** Of one search, in seconds of load, where `ramp` has left nothing. */
const searchStepSeconds = { full: 8, quick: 4 };
/** A knee of yesterday is another machine's by now. */
const maxAgeMs = 12 * 3600_000;

/** The knee: --rate, or what `ramp` found for the same gateway and samples in the last 12 hours, or a search of its own. */
export async function knowKnee(stage: Stage, next: NextUpload): Promise<KnownKnee | null> {
  const { options, target } = stage;
  if (options.rate !== null) return { perSecond: options.rate, note: `The knee was given: ${options.rate}/s.` };
  const found = readRamp(join(options.outDir, "ramp.json"), target.setup, options.samplesDir);
  if (found !== null) return { perSecond: found, note: `\`ramp\` found the knee at ${found.toFixed(1)}/s.` };
  const stepSeconds = options.isQuick ? searchStepSeconds.quick : searchStepSeconds.full;
  const knee = await findKnee(stage, next, { startPerSecond: 8, stepSeconds });
  if (knee === null) return null;
  return {
    perSecond: knee.perSecond,
    note: `This run found the knee itself, at ${knee.perSecond.toFixed(1)}/s (\`ramp\` had left none).`,
  };
}

interface RampFile {
  startedAt?: string;
  setup?: string;
  samples?: string;
  isQuick?: boolean;
  figures?: { kneePerSecond?: number | null };
}

function readRamp(file: string, setup: string, samples: string): number | null {
  if (!existsSync(file)) return null;
  const ramp = JSON.parse(readFileSync(file, "utf8")) as RampFile;
  const isFresh = Date.now() - Date.parse(ramp.startedAt ?? "") < maxAgeMs;
  const isSame = ramp.setup === setup && ramp.samples === samples && ramp.isQuick === false;
  return isFresh && isSame ? (ramp.figures?.kneePerSecond ?? null) : null;
}
