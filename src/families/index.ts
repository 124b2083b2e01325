/**
 * Model families as pure data and arithmetic: at which size to send an image, how many tokens it costs, and what a request
 * needs besides. Knows pixels and tokens; refuses to know bytes, backends and prompts.
 */
import type { Family, FamilyId } from "./family.ts";
import { generic } from "./generic.ts";
import { granite4Vision } from "./granite4-vision.ts";
import { internvl3 } from "./internvl3.ts";
import { moondream3 } from "./moondream3.ts";
import { phi4Multimodal } from "./phi4-multimodal.ts";
import { qwen3Vl } from "./qwen3-vl.ts";
import { qwen35 } from "./qwen3-5.ts";

export { familyIds } from "./family.ts";
export type { Family, FamilyId, ImagePlan, Size } from "./family.ts";

const families: Readonly<Record<FamilyId, Family>> = {
  "qwen3-vl": qwen3Vl,
  "qwen3.5": qwen35,
  internvl3,
  "granite4-vision": granite4Vision,
  "phi4-multimodal": phi4Multimodal,
  moondream3,
  generic,
};

/** The family of an id. */
export function getFamily(id: FamilyId): Family {
  return families[id];
}
