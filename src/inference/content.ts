import type { Backend } from "../backends/index.ts";
import { contentKey } from "../cache/index.ts";
import { promptVersion, schemaVersion } from "../extraction/index.ts";
import type { Upload } from "../image/index.ts";
import { stableHash } from "../kernel/index.ts";
import type { Config } from "../../schemas/index.ts";
import type { Target } from "./garment.ts";

/** Changes when the way in which images are prepared changes: old answers are then no longer found. */
export const preparationVersion = 1;

interface ContentInputs {
  /** Settings of the preparation, which a reload may change. */
  settings: Config["image"];
  uploads: readonly Upload[];
  target: Target;
  /** Vision tokens that the caller asked for each image. */
  asked: number | undefined;
  /** Share of the budgets that is left under pressure. */
  factor: number;
  candidates: readonly Backend[];
}

/** The key of a request's content in the answer cache. */
export function contentKeyOf({ settings, uploads, target, asked, factor, candidates }: ContentInputs): string {
  return contentKey({
    images: uploads,
    target,
    visionTokens: asked ?? null,
    preparationVersion: JSON.stringify([preparationVersion, settings, factor]),
    promptVersion,
    schemaVersion,
    fingerprints: candidates.map((backend) => `${backend.id} ${fingerprintOf(backend)}`),
  });
}

/** What vLLM tells of a build, with our own settings of it that shape an answer. */
function fingerprintOf({ config, describe }: Backend): string {
  return stableHash([config.model, config.family, config.vision_tokens, describe().server]);
}
