import { join } from "node:path";
import { startChild } from "../harness/child.ts";
import type { ScoringReady, ScoringSetup } from "../processes/scoring.process.ts";
import { readGarments } from "./garments.ts";
import type { Plan } from "./plan.ts";

const entry = new URL("../processes/scoring.process.ts", import.meta.url);

export interface TextsRun {
  cpuMsPerPair: number[];
  pairs: number;
  /** Mean length of a text, in characters. */
  characters: number;
}

/** Scores whole records as JSON text, each against the next garment's: longer than what a record's values alone make. */
export async function measureTexts({ rounds, repeats }: Plan["texts"], outDir: string): Promise<TextsRun> {
  const texts = readGarments().map((labels) => JSON.stringify(labels));
  const pairs = texts.map((reference, at) => ({ reference, hypothesis: texts[(at + 1) % texts.length] as string }));
  const setup: ScoringSetup = { pairs, rounds, repeats };
  const child = await startChild<ScoringReady>(entry, setup, join(outDir, "scoring.log"));
  await child.stop();
  const characters = texts.reduce((sum, { length }) => sum + length, 0) / texts.length;
  return { cpuMsPerPair: child.ready.cpuMsPerPair, pairs: pairs.length * repeats, characters };
}
