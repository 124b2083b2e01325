import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Photos } from "../load/photos.ts";
import { baseSpeed, builds, slots } from "./plan.ts";
import { openStage, startSimulator } from "../processes/stage.ts";
import type { Simulator, Stage } from "../processes/stage.ts";

export type BuildId = (typeof builds)[number]["id"];

/** The unequal builds behind one gateway. */
export interface Builds extends Stage {
  simulator(id: BuildId): Simulator;
  /** Starts a build anew where it was; resolves when it listens. */
  restart(id: BuildId): Promise<void>;
}

export async function openBuilds(photos: Photos, outDir: string): Promise<Builds> {
  for (const log of ["gateway.log", "simulators.log"]) rmSync(join(outDir, log), { force: true });
  const setupOf = (id: BuildId, port: number) => {
    const { relativeSpeed } = builds.find((build) => build.id === id) as (typeof builds)[number];
    return { modelId: `sim-${id}`, speed: baseSpeed * relativeSpeed, maxNumSeqs: slots, port };
  };
  const open = new Map<BuildId, Simulator>();
  await Promise.all(builds.map(async ({ id }) => open.set(id, await startSimulator(setupOf(id, 0), outDir))));
  const simulator = (id: BuildId): Simulator => open.get(id) as Simulator;
  const stage = await openStage(
    { backends: builds.map(({ id }) => ({ id, url: simulator(id).ready.url, model: `sim-${id}` })) },
    photos,
    outDir,
  );

  return {
    ...stage,
    simulator,
    async restart(id) {
      open.set(id, await startSimulator(setupOf(id, simulator(id).ready.port), outDir));
    },
    async close() {
      await stage.close();
      await Promise.all([...open.values()].map((each) => each.stop()));
    },
  };
}
