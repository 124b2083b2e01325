import { createColourNaming } from "../../src/simulator/eyes/colour-naming.ts";
import { describe } from "../../src/simulator/eyes/features.ts";
import type { EyesBuild } from "../../src/simulator/eyes/index.ts";
import { createEyes } from "../../src/simulator/eyes/index.ts";
import type { Pixels } from "../../src/simulator/sighting.ts";
import type { Judged } from "./judge.ts";
import { prepare } from "./photos.ts";
import type { Photo } from "./photos.ts";
import type { Example } from "./train.ts";

export const builds = ["fp8", "nvfp4"] as const satisfies readonly EyesBuild[];

/** Every photo as each build of the eyes sees it, and the CPU time of a look. */
export async function lookAt(
  photos: readonly Photo[],
): Promise<{ seen: Record<EyesBuild, Judged[]>; milliseconds: number }> {
  const eyes = builds.map((build) => ({ build, eyes: createEyes({ build }) }));
  const seen: Record<EyesBuild, Judged[]> = { fp8: [], nvfp4: [] };
  let microseconds = 0;
  for (const { path, labels } of photos) {
    const pixels = await prepare(path);
    for (const { build, eyes: pair } of eyes) {
      const before = process.threadCpuUsage();
      seen[build].push({ sighting: pair.look(pixels), labels });
      const { user, system } = process.threadCpuUsage(before);
      microseconds += user + system;
    }
  }
  return { seen, milliseconds: microseconds / 1000 / (photos.length * builds.length) };
}

/** Pictures read into features to learn from, photos in all their variations. Those without a visible garment are left out. */
export async function readExamples(
  photos: readonly Photo[],
  prepareViews: (path: string) => Promise<Pixels[]>,
): Promise<Example[]> {
  const nameColours = createColourNaming();
  const examples: Example[] = [];
  for (const { path, labels } of photos) {
    const pictures = await prepareViews(path);
    const views = pictures.map((pixels) => describe(pixels, nameColours)).filter((features) => features !== null);
    if (views.length === pictures.length) examples.push({ labels, views });
  }
  return examples;
}
