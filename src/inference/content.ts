import type { Backend } from "../backends/index.ts";
import { contentKey } from "../cache/index.ts";
import { promptVersion, schemaVersion } from "../extraction/index.ts";
import type { Upload } from "../image/index.ts";
import { stableHash } from "../kernel/index.ts";
import type { Config } from "../../schemas/index.ts";
import type { Target } from "./garment.ts";

/** Changes when the way in which images are prepared changes: old answers are then no longer found. */
const preparationVersion = 1;

interface ContentInputs {
  uploads: readonly Upload[];
  target: Target;
  asked: number | undefined;
  factor: number;
  candidates: readonly Backend[];
}

/** Creates the function that gives a request's content its key in the answer cache. */
export function createContentKey(image: Config["image"]): (inputs: ContentInputs) => string {
  const settings = stableHash([preparationVersion, image]);
  return ({ uploads, target, asked, factor, candidates }) =>
    contentKey({
      images: uploads,
      target,
      visionTokens: asked ?? null,
      preparationVersion: `${settings} ${factor}`,
      promptVersion,
      schemaVersion,
      fingerprints: candidates.map((backend) => `${backend.id} ${fingerprintOf(backend)}`),
    });
}

/** What vLLM tells of a build, with our own settings of it that shape an answer. */
function fingerprintOf({ config, describe }: Backend): string {
  return stableHash([config.model, config.family, config.vision_tokens, describe().server]);
}
