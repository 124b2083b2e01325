import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./harness/bench.ts";
import { preparePhotos } from "./load/photos.ts";
import { measureImport } from "./shadow/import.ts";
import { measureLeaderboard } from "./shadow/leaderboard.ts";
import { casesOf, choosePlan, secondsOf, visionTokens } from "./shadow/plan.ts";
import { reportShadow } from "./shadow/report.ts";
import { measureCase } from "./shadow/rounds.ts";
import type { CaseRun } from "./shadow/rounds.ts";
import { measureTexts } from "./shadow/texts.ts";

const logs = ["gateway", "simulators", "scoring", "import", "seed"].map((name) => `${name}.log`);

/**
 * What live callers notice of the mirror: the same load with it off and on, builds on cards of their own and on one. Besides,
 * what text metrics, labels and a leaderboard take.
 */
export const shadow: Bench = {
  name: "shadow",
  summary: "live latency with the mirror off and on, and what the evaluation takes",
  seconds: (isQuick) => secondsOf(choosePlan(isQuick)),
  async run(context) {
    const plan = choosePlan(context.isQuick);
    for (const log of logs) rmSync(join(context.outDir, log), { force: true });
    const photos = await preparePhotos(visionTokens);
    const runs: CaseRun[] = [];
    for (const one of casesOf(plan)) runs.push(await measureCase(one, photos, plan, context));
    context.progress.step("text metrics");
    const texts = await measureTexts(plan.texts, context.outDir);
    context.progress.step("labels into SQLite");
    const imported = await measureImport(plan.import, context.outDir);
    context.progress.step("leaderboard");
    const leaderboard = await measureLeaderboard(plan.leaderboard, photos, context.outDir);
    return reportShadow(runs, { texts, imported, leaderboard });
  },
};
