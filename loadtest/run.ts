import { rmSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Table } from "../bench/harness/bench.ts";
import { watchConditions } from "../bench/harness/conditions.ts";
import type { Conditions } from "../bench/harness/conditions.ts";
import { seededRandom } from "../src/kernel/index.ts";
import type { Figures } from "./figures.ts";
import { judgeInvariants } from "./judge/invariants.ts";
import type { Invariant } from "./judge/invariants.ts";
import { fitMemory } from "./judge/memory.ts";
import type { MemorySlopes } from "./judge/memory.ts";
import { measure } from "./judge/measure.ts";
import type { Options } from "./options.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Phase, ScenarioName } from "./scenarios/scenario.ts";
import { checkTarget } from "./target/check.ts";
import { readGivenTarget } from "./target/given.ts";
import { openOwnTarget } from "./target/own.ts";
import type { Surroundings } from "./target/target.ts";
import { openClient } from "./traffic/client.ts";
import type { Sample } from "./traffic/client.ts";
import { gatherCrowd } from "./traffic/crowd.ts";
import { createUpload, readPictures } from "./traffic/request.ts";
import { readSamples } from "./traffic/samples.ts";
import type { Garment } from "./traffic/samples.ts";
import { watchGateway } from "./watch/watch.ts";
import type { Scrape } from "./watch/scrape.ts";

/** A run, as it was: the report is written from this alone. */
export interface Run {
  name: ScenarioName;
  options: Options;
  setup: string;
  startedAt: string;
  conditions: Conditions;
  /** The clock of samples, phases and scrapes at the first request. */
  origin: number;
  samples: readonly Sample[];
  phases: readonly Phase[];
  scrapes: readonly Scrape[];
  figures: Figures;
  memory: MemorySlopes;
  invariants: Invariant[];
  notes: string[];
  /** The scenario's own. */
  tables: Table[];
  /** Why it ended before it was over; null: it did not. */
  stopped: string | null;
}

/** What a scenario takes beyond its own load: searches, draining, settling. */
const limitMs = (seconds: number): number => (3 * seconds + 180) * 1000;
const firstDeadlineMs = 30_000;

/**
 * Runs a scenario against the gateway of the environment, or one of its own; says on the way what it does.
 * @throws Refusal where there is nothing to run against
 */
export async function runScenario(
  name: ScenarioName,
  options: Options,
  { surroundings, say, interrupt }: { surroundings: Surroundings; say(text: string): void; interrupt: AbortSignal },
): Promise<Run> {
  const scenario = scenarios[name];
  const garments = readSamples(options.samplesDir);
  const seconds = options.seconds ?? (options.isQuick ? scenario.quickSeconds : scenario.seconds);
  mkdirSync(options.outDir, { recursive: true });
  for (const log of ["gateway.log", "simulators.log"]) rmSync(join(options.outDir, log), { force: true });
  const target = readGivenTarget(surroundings) ?? (await openOwnTarget(scenario.target, options.outDir));
  const client = openClient(target.url, target.key);
  const stop = new AbortController();
  interrupt.addEventListener("abort", () => stop.abort(new Error("it was interrupted")), { once: true });
  const limit = setTimeout(() => {
    stop.abort(new Error("its time was over"));
    client.close();
  }, limitMs(seconds));
  try {
    const first = createUpload("multipart", readPictures(garments[0] as Garment), {
      sampleId: "first",
      deadlineMs: firstDeadlineMs,
    });
    await checkTarget(target, client, first);
    const crowd = gatherCrowd(client, stop);
    const watch = await watchGateway(target.url, target.key);
    const endConditions = watchConditions();
    const startedAt = new Date().toISOString();
    let origin = performance.now();
    const phases: Phase[] = [];
    const findings = await scenario.run({
      crowd,
      target,
      garments,
      options,
      seconds,
      rate: options.rate ?? scenario.rate ?? 0,
      random: seededRandom(options.seed),
      signal: stop.signal,
      phase(label) {
        const now = performance.now();
        const previous = phases.at(-1);
        // Before the first phase a scenario prepares what it sends.
        if (previous === undefined) origin = now;
        else previous.endedAt = now;
        const phase = { label, startedAt: now, endedAt: now };
        phases.push(phase);
        say(`${Math.round((now - origin) / 1000)} s  ${label}`);
        return phase;
      },
    });
    const loadEndedAt = performance.now();
    const last = phases.at(-1);
    if (last !== undefined) last.endedAt = loadEndedAt;
    await crowd.drained();
    const conditions = endConditions();
    const record = await watch.end();
    const { samples } = crowd;
    const elapsedSeconds = (loadEndedAt - origin) / 1000;
    const reason = stop.signal.aborted ? (stop.signal.reason as Error).message : null;
    return {
      name,
      options,
      setup: target.setup,
      startedAt,
      conditions,
      origin,
      samples,
      phases,
      scrapes: record.during,
      figures: { ...measure(samples, elapsedSeconds), ...findings.figures },
      memory: fitMemory(record.during),
      invariants: judgeInvariants({ samples, watch: record, scenario, findings, isOwn: target.isOwn }),
      notes: findings.notes,
      tables: findings.tables ?? [],
      stopped: reason,
    };
  } finally {
    clearTimeout(limit);
    client.close();
    await target.close();
  }
}
