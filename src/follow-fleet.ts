import type { Fleet } from "./backends/index.ts";
import type { Clock } from "./kernel/index.ts";
import type { Admission } from "./limits/index.ts";

interface FollowOptions {
  admission: Pick<Admission, "setLimits">;
  fleet: Pick<Fleet, "places">;
  /** `admission.max_in_flight`: never more than this. */
  maxInFlight: () => number;
  clock: Clock;
}

/** Often enough for a limit that moves about once a second. */
const intervalMs = 200;

/** Requests beyond the fleet's places that may have their images prepared, so that no place waits for one. */
const minAhead = 8;
const aheadShare = 0.25;

/**
 * Keeps the door as wide as the fleet: requests that no backend has a place for wait in the admission queue, where
 * interactive goes first, hopeless work is refused at once and nothing has been decoded yet.
 * @returns a function that stops it
 */
export function followFleet({ admission, fleet, maxInFlight, clock }: FollowOptions): () => void {
  let cancel = (): void => {};
  function follow(): void {
    const ahead = Math.max(minAhead, Math.ceil(fleet.places * aheadShare));
    admission.setLimits({ maxInFlight: Math.min(maxInFlight(), fleet.places + ahead) });
    cancel = clock.after(intervalMs, follow);
  }
  follow();
  return () => cancel();
}
