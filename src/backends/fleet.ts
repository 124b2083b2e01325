import type { BackendConfig, TierName } from "../../schemas/index.ts";
import { openBackend } from "./open-backend.ts";
import type { AcquireOptions, Backend, BackendDeps } from "./backend.ts";
import type { BackendDescription } from "./description.ts";
import { BackendFailure } from "./failure.ts";
import type { CandidateFigures } from "./load.ts";
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

/** What a new configuration changed, as backend ids. */
export interface FleetChange {
  added: string[];
  removed: string[];
  changed: string[];
  /** Another server under the same id. */
  replaced: string[];
}

/** All backends of this gateway. */
export interface Fleet {
  /** In the order of the configuration. */
  readonly backends: readonly Backend[];
  /** Resolves when every first handshake is over, passed or not. */
  readonly onceSettled: Promise<void>;
  /**
   * The live backends in rotation that fit, full ones included: those with free places first, then the share of their
   * capacity in use, ties in random order. A policy may order them anew.
   */
  candidates(query: CandidateQuery): Backend[];
  /**
   * A place at once or in this call's turn, interactive before bulk; see `PlaceLine`. Use it for one call, or release it.
   * @throws BackendFailure `unavailable` as soon as `rank` is empty, `busy` where all of them have asked to be left alone
   * for longer than is worth waiting, `aborted` when the signal aborts; what `rank` throws
   */
  acquire(wish: FleetWish): Promise<Place>;
  /** Calls that wait for a place. */
  readonly waiting: number;
  /** Calls that the live backends in rotation may be given at once, all together. */
  readonly places: number;
  /** Whether any live backend is in rotation. */
  isReady(): boolean;
  /**
   * Takes a new configuration without losing a call: new backends are opened, those that are gone or are another server
   * now get no more calls and are closed when theirs have ended, all others change in place. What an operator has set
   * by `setAdmin` holds, but for the settings of a backend whose configuration changed.
   */
  reconfigure(configs: readonly BackendConfig[]): FleetChange;
  describe(): BackendDescription[];
  close(): Promise<void>;
}

/** Where every backend wants to be left alone, this much of that time is waited for. */
const longestPauseMs = 1000;

/** Opens every backend; their first handshakes run at the same time. */
export function openFleet(configs: readonly BackendConfig[], deps: BackendDeps): Fleet {
  const line = createPlaceLine<Backend, Place>();
  const retiring = new Set<Promise<void>>();
  const retired = new Set<Backend>();
  const configured = new Map<string, BackendConfig>();
  let backends: Backend[] = [];
  backends = configs.map(open);

  function open(config: BackendConfig): Backend {
    configured.set(config.id, config);
    return openBackend(config, { ...deps, line, hasPeers, bestPace });
  }

  function usable(): Backend[] {
    return backends.filter(({ state, config }) => state === "ready" && config.role === "live");
  }

  function hasPeers(backend: Backend): boolean {
    return usable().some((other) => other !== backend);
  }

  function bestPace(): number | null {
    return backends.reduce<number | null>((best, { shownPace }) => {
      return best === null || (shownPace !== null && shownPace > best) ? shownPace : best;
    }, null);
  }

  function retire(backend: Backend): void {
    retired.add(backend);
    const gone = backend.retire().finally(() => {
      retired.delete(backend);
      retiring.delete(gone);
    });
    retiring.add(gone);
  }

  function acquire({ rank, work, signal, priority = "interactive" }: FleetWish): Promise<Place> {
    let ranked: readonly Backend[] = [];
    return line.acquire({
      take() {
        ranked = rank();
        const [best] = ranked;
        if (best === undefined) throw new BackendFailure("unavailable", { sends: 0 });
        const place = best.tryAcquire(work);
        const pauseMs = place === null ? Math.min(...ranked.map((backend) => backend.pauseMs)) : 0;
        if (pauseMs > longestPauseMs) throw new BackendFailure("busy", { sends: 0, retryAfterMs: pauseMs });
        return place;
      },
      wants: (backend) => ranked.includes(backend),
      signal,
      priority,
    });
  }

  function reconfigure(next: readonly BackendConfig[]): FleetChange {
    const change: FleetChange = { added: [], removed: [], changed: [], replaced: [] };
    const former = new Map(backends.map((backend) => [backend.id, backend]));
    const leaving: Backend[] = [];
    backends = next.map((config) => {
      const { id } = config;
      const backend = former.get(id);
      former.delete(id);
      const before = configured.get(id);
      if (backend === undefined || before === undefined) {
        change.added.push(id);
        return open(config);
      }
      if (!isSameServer(before, config)) {
        change.replaced.push(id);
        leaving.push(backend);
        return open(config);
      }
      if (JSON.stringify(before) !== JSON.stringify(config)) {
        change.changed.push(id);
        configured.set(id, config);
        backend.reconfigure(config);
      }
      return backend;
    });
    for (const [id, backend] of former) {
      change.removed.push(id);
      configured.delete(id);
      leaving.push(backend);
    }
    for (const backend of leaving) retire(backend);
    line.changed();
    return change;
  }

  return {
    get backends() {
      return backends;
    },
    onceSettled: Promise.all(backends.map((backend) => backend.onceSettled)).then(() => {}),
    candidates: (query) =>
      usable()
        .filter(({ config }) => fits(config, query))
        .map((backend) => ({ backend, figures: backend.candidate(), tie: deps.random() }))
        .sort((a, b) => rankOf(a.figures) - rankOf(b.figures) || a.tie - b.tie)
        .map(({ backend }) => backend),
    acquire,
    get waiting() {
      return line.waiting;
    },
    get places() {
      return usable().reduce((sum, backend) => sum + backend.limit, 0);
    },
    isReady: () => usable().length > 0,
    reconfigure,
    describe: () => backends.map((backend) => backend.describe()),
    async close() {
      await Promise.all([...backends, ...retired].map((backend) => backend.close()));
      await Promise.all(retiring);
    },
  };
}

/** Whether a configuration can be changed into another one without another server being asked. */
function isSameServer(a: BackendConfig, b: BackendConfig): boolean {
  return a.url === b.url && a.model === b.model && a.family === b.family && a.api_key === b.api_key;
}

function fits(config: BackendConfig, { tier, model }: CandidateQuery): boolean {
  if (tier !== undefined && !config.tiers.includes(tier)) return false;
  return model === undefined || config.model === model || config.id === model;
}

/** Full ones come after all others. */
function rankOf({ freePlaces, inFlightTokens, capacityTokens }: CandidateFigures): number {
  return inFlightTokens / capacityTokens + (freePlaces > 0 ? 0 : 1e9);
}
