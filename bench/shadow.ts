import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./harness/bench.ts";
import { preparePhotos } from "./load/photos.ts";
import { cases, choosePlan, secondsOf, visionTokens } from "./shadow/plan.ts";
import { reportShadow } from "./shadow/report.ts";
import { measureCase } from "./shadow/rounds.ts";
import type { CaseRun } from "./shadow/rounds.ts";

/** What live callers notice of the mirror: the same load with it off and on, builds on cards of their own and on one. */
export const shadow: Bench = {
  name: "shadow",
  summary: "live latency and throughput with the mirror off and on",
  seconds: (isQuick) => secondsOf(choosePlan(isQuick)),
  async run(context) {
    const plan = choosePlan(context.isQuick);
    for (const log of ["gateway.log", "simulators.log"]) rmSync(join(context.outDir, log), { force: true });
    const photos = await preparePhotos(visionTokens);
    const runs: CaseRun[] = [];
    for (const one of cases) runs.push(await measureCase(one, photos, plan, context));
    return reportShadow(runs);
  },
};
