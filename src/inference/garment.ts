import type { Deadline } from "../kernel/index.ts";
import type { AttributesOptions, TierName, ViewName } from "../../schemas/index.ts";

/** One garment as a caller sends it: its photos, what is asked of the gateway, and how long it may take. */
export interface Garment {
  images: readonly { view: ViewName; bytes: Buffer }[];
  options: AttributesOptions;
  deadline: Deadline;
}

/** Which backends a request may go to: those of a tier, or those with a model or backend id. */
export interface Target {
  tier: TierName | null;
  model: string | null;
}

/** Where neither tier nor model is given. */
const defaultTier: TierName = "balanced";

export function targetOf({ tier, model }: AttributesOptions): Target {
  if (model !== undefined) return { tier: null, model };
  return { tier: tier ?? defaultTier, model: null };
}
