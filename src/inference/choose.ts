import type { Backend, Fleet } from "../backends/index.ts";
import { getFamily } from "../families/index.ts";
import type { Family } from "../families/index.ts";
import { selectTier } from "../routing/index.ts";
import type { TierName } from "../../schemas/index.ts";
import { modelNotFound, tooManyImages } from "./errors.ts";
import { isNamed } from "./garment.ts";
import type { Target } from "./garment.ts";

/** The backends a request may go to now, best first, and the tier that serves where it is not the one asked for. */
export interface Choice {
  ranked: readonly Backend[];
  degradedTier: TierName | null;
}

/** Chooses anew each time it is called, because the fleet moves. */
export type Choose = () => Choice;

/**
 * Creates the choice of one request.
 * @throws GatewayError not_found where no backend has the model's id, whether it is usable or not
 */
export function createChoose(
  fleet: Fleet,
  target: Target,
  imageCount: number,
  maxImagesOf: (family: Family) => number = (family) => family.maxImages,
): Choose {
  if (target.model !== null && !fleet.backends.some(({ config }) => isNamed(config, target.model))) {
    throw modelNotFound("No model or backend has this id. GET /v1/models lists them.");
  }
  return () => {
    if (target.model !== null) {
      return { ranked: able(fleet.candidates({ model: target.model })), degradedTier: null };
    }
    const usable = fleet.candidates({}).map((backend) => ({ backend, tiers: backend.config.tiers }));
    const { candidates, degraded } = selectTier(usable, target.tier);
    return {
      ranked: able(candidates.map(({ backend }) => backend)),
      degradedTier: degraded?.tier ?? null,
    };
  };

  /** Those whose model takes this many images. */
  function able(usable: readonly Backend[]): Backend[] {
    const limits = usable.map((backend) => maxImagesOf(getFamily(backend.config.family)));
    const most = Math.max(...limits);
    if (usable.length > 0 && most < imageCount) {
      throw tooManyImages(`The models that can serve this take at most ${most} image(s) in one request.`);
    }
    return usable.filter((_, at) => (limits[at] as number) >= imageCount);
  }
}
