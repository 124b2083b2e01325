import type { Deadline } from "../kernel/index.ts";
import type { AttributesOptions, BackendConfig, TierName, ViewName } from "../../schemas/index.ts";

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

/** Whether a backend is one that the target speaks of, usable now or not. */
export function serves(config: BackendConfig, { tier, model }: Target): boolean {
  if (config.role !== "live") return false;
  return model === null ? tier !== null && config.tiers.includes(tier) : config.model === model || config.id === model;
}
