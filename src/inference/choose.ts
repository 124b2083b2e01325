import type { Backend, Fleet, Work } from "../backends/index.ts";
import { getFamily } from "../families/index.ts";
import type { Family } from "../families/index.ts";
import type { Random } from "../kernel/index.ts";
import { getPolicy, selectTier } from "../routing/index.ts";
import type { PolicyName } from "../routing/index.ts";
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
export type Choose = (work: Work) => Choice;

interface ChooseOptions {
  fleet: Fleet;
  policy: PolicyName;
  random: Random;
  target: Target;
  imageCount: number;
  /** Images that a request to a model of this family may carry. */
  maxImagesOf?: (family: Family) => number;
}

/**
 * Creates the choice of one request.
 * @throws GatewayError not_found where no backend has the model's id, whether it is usable or not
 */
export function createChoose(options: ChooseOptions): Choose {
  const { fleet, random, target, imageCount, maxImagesOf = (family) => family.maxImages } = options;
  const order = getPolicy(options.policy);
  if (target.model !== null && !fleet.backends.some(({ config }) => isNamed(config, target.model))) {
    throw modelNotFound("No model or backend has this id. GET /v1/models lists them.");
  }

  /** Those whose model takes this many images, in the policy's order. */
  function rank(usable: readonly Backend[], work: Work): Backend[] {
    const limits = usable.map((backend) => maxImagesOf(getFamily(backend.config.family)));
    const most = Math.max(...limits);
    if (usable.length > 0 && most < imageCount) {
      throw tooManyImages(`The models that can serve this take at most ${most} image(s) in one request.`);
    }
    const candidates = usable
      .filter((_, at) => (limits[at] as number) >= imageCount)
      .map((backend) => Object.assign(backend.candidate(), { backend }));
    const tokens = work.visionTokens + work.textTokens;
    return order(candidates, { tokens }, random).map(({ backend }) => backend);
  }

  return (work) => {
    if (target.model !== null) {
      return { ranked: rank(fleet.candidates({ model: target.model }), work), degradedTier: null };
    }
    const usable = fleet.candidates({}).map((backend) => ({ backend, tiers: backend.config.tiers }));
    const { candidates, degraded } = selectTier(usable, target.tier);
    return {
      ranked: rank(
        candidates.map(({ backend }) => backend),
        work,
      ),
      degradedTier: degraded?.tier ?? null,
    };
  };
}
