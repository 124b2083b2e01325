import type { Photos } from "../load/photos.ts";
import { openStage, startCard, startSimulator } from "../processes/stage.ts";
import type { Stage } from "../processes/stage.ts";
import type { SimulatorSetup } from "../processes/simulator.process.ts";
import { baseline, candidate, slots } from "./plan.ts";
import type { Case } from "./plan.ts";

/** Builds and gateway of one case, ready to serve. */
export async function openCase(one: Case, photos: Photos, outDir: string): Promise<Stage> {
  const setupOf = (id: string, build: "fp8" | "nvfp4"): SimulatorSetup => {
    return { modelId: `sim-${id}`, build, maxNumSeqs: slots, port: 0 };
  };
  const { urls, stop } = await startBuilds(one, [setupOf(baseline, "fp8"), setupOf(candidate, "nvfp4")], outDir);
  const { role, mirrorRate } = one;
  const card = one.isCardShared ? "shared" : null;
  const [baselineUrl, candidateUrl] = urls as [string, string];
  const stage = await openStage(
    {
      backends: [
        { id: baseline, url: baselineUrl, model: `sim-${baseline}`, card },
        { id: candidate, url: candidateUrl, model: `sim-${candidate}`, role, card },
      ],
      shadow: { baseline, candidate, mirror_rate: mirrorRate },
    },
    photos,
    outDir,
  );
  await stage.untilReady([baseline, candidate]);
  return {
    ...stage,
    async close() {
      await stage.close();
      await stop();
    },
  };
}

async function startBuilds(
  { isCardShared }: Case,
  setups: SimulatorSetup[],
  outDir: string,
): Promise<{ urls: string[]; stop(): Promise<unknown> }> {
  if (isCardShared) {
    const card = await startCard({ servers: setups }, outDir);
    return { urls: card.ready.servers.map(({ url }) => url), stop: () => card.stop() };
  }
  const simulators = await Promise.all(setups.map((setup) => startSimulator(setup, outDir)));
  return {
    urls: simulators.map(({ ready }) => ready.url),
    stop: () => Promise.all(simulators.map((each) => each.stop())),
  };
}
