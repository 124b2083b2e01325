import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { judgeFigures } from "../judge/verdict.ts";
import type { Run } from "../run.ts";
import { commandOf, verdictOf } from "./facts.ts";
import { renderPage } from "./page.ts";
import { cutIntoBins } from "./series.ts";
import { renderText } from "./text.ts";

/** Writes NAME.txt, NAME.json and NAME.html into the run's folder; returns their paths. */
export function writeReport(run: Run): string[] {
  const file = (ending: string): string => join(run.options.outDir, `${run.name}.${ending}`);
  writeFileSync(file("txt"), `${renderText(run)}\n`);
  writeFileSync(file("json"), `${JSON.stringify(toJson(run), null, 1)}\n`);
  writeFileSync(file("html"), renderPage(run));
  return ["txt", "json", "html"].map(file);
}

/** What other programs read; times in seconds from the first request. `ramp`'s figures are what `overload` starts from. */
function toJson(run: Run): object {
  const toSecond = (at: number): number => Number(((at - run.origin) / 1000).toFixed(2));
  const { passes, faults } = verdictOf(run);
  return {
    name: run.name,
    command: commandOf(run),
    startedAt: run.startedAt,
    setup: run.setup,
    samples: run.options.samplesDir,
    isQuick: run.options.isQuick,
    passes,
    faults,
    conditions: run.conditions,
    notes: run.notes,
    figures: run.figures,
    thresholds: judgeFigures(run).filter(({ reach }) => reach !== null),
    invariants: run.invariants,
    memory: run.memory,
    phases: run.phases.map(({ label, startedAt, endedAt }) => ({
      label,
      from: toSecond(startedAt),
      until: toSecond(endedAt),
    })),
    series: cutIntoBins(run),
    scrapes: run.scrapes.map(({ at, ...figures }) => ({ second: toSecond(at), ...figures })),
  };
}
