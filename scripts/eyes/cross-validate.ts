import type { EyesBuild } from "../../src/simulator/eyes/index.ts";
import { featureSteps } from "../../src/simulator/eyes/index.ts";
import { judge } from "../../src/simulator/eyes/look.ts";
import type { Judged } from "./judge.ts";
import { train } from "./train.ts";
import type { Example } from "./train.ts";

const folds = 6;

/** Every photo of the tuning part as seen by eyes that were trained on the other five sixths of it, and on the drawings. */
export function crossValidate(examples: readonly Example[], drawings: readonly Example[]): Record<EyesBuild, Judged[]> {
  const seen: Record<EyesBuild, Judged[]> = { fp8: [], nvfp4: [] };
  for (let fold = 0; fold < folds; fold++) {
    const model = train(
      examples.filter((_, i) => i % folds !== fold),
      drawings,
    );
    for (const { labels, views } of examples.filter((_, i) => i % folds === fold))
      for (const build of ["fp8", "nvfp4"] as const)
        seen[build].push({ labels, sighting: judge(views[0]!, model, featureSteps[build]) });
  }
  return seen;
}
