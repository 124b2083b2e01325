import type { Clock } from "../kernel/index.ts";
import type { ShadowSettings } from "./settings.ts";
import type { FleetView, Target } from "./target.ts";

/** Why a backend gets no mirrored call right now. */
export const pauseReasons = ["disabled", "not_ready", "circuit", "busy", "cap", "live_load"] as const;

export type PauseReason = (typeof pauseReasons)[number];

/** A live backend is mirrored to only while callers use less than this share of its places. */
const calmShare = 0.5;
/** How long callers must have left a shared card alone: the next of a burst comes within that time. */
const quietMs = 50;

/** Live traffic first: decides when a mirrored call would be in its way. */
export interface Throttle {
  /** Callers are in the way, or would be. */
  isLoaded(target: Target): boolean;
  /** A live call begins at this backend. Answers whether mirrored calls at `target` have to give way to it. */
  liveCall(backendId: string): (target: Target) => boolean;
}

export function createThrottle(fleet: FleetView, settings: () => ShadowSettings, clock: Clock): Throttle {
  const lastLiveCall = new Map<string, number>();

  return {
    isLoaded(target) {
      if (fleet.liveWaiting() >= settings().pause_at_waiting) return true;
      if (target.card === null) return target.isLive && target.liveCalls >= target.limit * calmShare;
      // Builds on one card take its time from each other: a mirrored call begins when no caller uses the card at all.
      if ((lastLiveCall.get(target.card) ?? -Infinity) + quietMs > clock.now()) return true;
      return fleet.all().some((other) => other.card === target.card && other.liveCalls > 0);
    },
    liveCall(backendId) {
      const card = fleet.find(backendId)?.card ?? null;
      if (card === null) return () => false;
      lastLiveCall.set(card, clock.now());
      return (target) => target.card === card;
    },
  };
}
