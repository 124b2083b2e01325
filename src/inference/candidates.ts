import type { Backend, Fleet } from "../backends/index.ts";
import { getFamily } from "../families/index.ts";
import type { Family } from "../families/index.ts";
import { modelNotFound, tooManyImages } from "./errors.ts";
import { serves } from "./garment.ts";
import type { Target } from "./garment.ts";

/** @throws GatewayError not_found where no backend, usable now or not, is one that the target speaks of */
export function requireServed(fleet: Fleet, target: Target): void {
  if (fleet.backends.some(({ config }) => serves(config, target))) return;
  throw modelNotFound("No model or backend has this id. GET /v1/models lists them.");
}

/**
 * Usable backends for this target whose model takes this many images.
 * @throws GatewayError too_many_images where no model of them does
 */
export function findCandidates(
  fleet: Fleet,
  target: Target,
  imageCount: number,
  maxImagesOf: (family: Family) => number = (family) => family.maxImages,
): Backend[] {
  const usable = fleet.candidates({
    ...(target.tier !== null && { tier: target.tier }),
    ...(target.model !== null && { model: target.model }),
  });
  const limits = usable.map((backend) => maxImagesOf(getFamily(backend.config.family)));
  const most = Math.max(...limits);
  if (usable.length > 0 && most < imageCount) {
    throw tooManyImages(`The models that can serve this take at most ${most} image(s) in one request.`);
  }
  return usable.filter((_, at) => (limits[at] as number) >= imageCount);
}
