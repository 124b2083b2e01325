import type { BackendConfig, TierName } from "../../schemas/index.ts";
import { openBackend } from "./backend.ts";
import type { AcquireOptions, Backend, BackendDeps, BackendDescription } from "./backend.ts";
import { BackendFailure } from "./failure.ts";
import { createPlaceLine } from "./place-line.ts";
import type { Place } from "./place.ts";

export interface CandidateQuery {
  tier?: TierName;
  /** A served model name or a backend id. */
  model?: string;
}

/** A wish for a place anywhere in the fleet. */
export interface FleetWish extends AcquireOptions {
  /**
   * The backends that may serve, best first; asked again whenever a place may have become free. The first is taken if it
   * has a free place, else the call waits: a policy puts those with free places first, and what it puts behind a full
   * one it wants to be left alone.
   */
  rank(): readonly Backend[];
}

/** All backends of this gateway. */
export interface Fleet {
  /** In the order of the configuration. */
  readonly backends: readonly Backend[];
  /** Resolves when every first handshake is over, passed or not. */
  readonly onceSettled: Promise<void>;
  /** The live backends in rotation that fit, fewest calls (in flight and waiting) first, ties in random order. */
  candidates(query: CandidateQuery): Backend[];
  /**
   * A place at once or in this call's turn, interactive before bulk; see `PlaceLine`. Use it for one call, or release it.
   * @throws BackendFailure `unavailable` as soon as `rank` is empty, `aborted` when the signal aborts; what `rank` throws
   */
  acquire(wish: FleetWish): Promise<Place>;
  /** Calls that wait for a place. */
  readonly waiting: number;
  /** Whether any live backend is in rotation. */
  isReady(): boolean;
  describe(): BackendDescription[];
  close(): Promise<void>;
}

/** Opens every backend; their first handshakes run at the same time. */
export function openFleet(configs: readonly BackendConfig[], deps: BackendDeps): Fleet {
  const line = createPlaceLine<Backend, Place>();
  const backends = configs.map((config) => openBackend(config, { ...deps, line }));
  const live = backends.filter((backend) => backend.config.role === "live");

  return {
    backends,
    onceSettled: Promise.all(backends.map((backend) => backend.onceSettled)).then(() => {}),
    candidates: (query) =>
      live
        .filter((backend) => backend.state === "ready" && fits(backend.config, query))
        .map((backend) => ({ backend, load: backend.inFlight + backend.waiting, tie: deps.random() }))
        .sort((a, b) => a.load - b.load || a.tie - b.tie)
        .map(({ backend }) => backend),
    acquire({ rank, work, signal, priority = "interactive" }) {
      let ranked: readonly Backend[] = [];
      return line.acquire({
        take() {
          ranked = rank();
          const [best] = ranked;
          if (best === undefined) throw new BackendFailure("unavailable", { sends: 0 });
          return best.tryAcquire(work);
        },
        wants: (backend) => ranked.includes(backend),
        signal,
        priority,
      });
    },
    get waiting() {
      return line.waiting;
    },
    isReady: () => live.some((backend) => backend.state === "ready"),
    describe: () => backends.map((backend) => backend.describe()),
    async close() {
      await Promise.all(backends.map((backend) => backend.close()));
    },
  };
}

function fits(config: BackendConfig, { tier, model }: CandidateQuery): boolean {
  if (tier !== undefined && !config.tiers.includes(tier)) return false;
  return model === undefined || config.model === model || config.id === model;
}
