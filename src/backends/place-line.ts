import { createTurns } from "../kernel/index.ts";
import type { Priority } from "../kernel/index.ts";
import { BackendFailure } from "./failure.ts";

/** What the line must know of a backend. */
interface Host {
  readonly freePlaces: number;
}

/** Someone who wants a place at one of several backends. */
export interface Wish<H extends Host, P> {
  /** A place, or null as long as none is free for it. Throws where waiting has no point any more. */
  take(): P | null;
  /** Whether a place at this backend would do. */
  wants(host: H): boolean;
  signal: AbortSignal;
  priority: Priority;
}

/**
 * Where calls wait for a place at any of a fleet's backends. Interactive goes before bulk; while bulk waits, at least
 * every eighth place is bulk's. Within a priority a place goes to the first in order of arrival that it is good for.
 */
export interface PlaceLine<H extends Host, P> {
  /**
   * A place at once, or as soon as it is this wish's turn.
   * @throws BackendFailure `aborted` when the signal aborts; what `take` throws
   */
  acquire(wish: Wish<H, P>): Promise<P>;
  /** This backend may have free places now. */
  freed(host: H): void;
  /** What backends there are, or which of them may be used, has changed. */
  changed(): void;
  readonly waiting: number;
  waitingFor(host: H): number;
}

interface Waiter<H extends Host, P> extends Wish<H, P> {
  resolve(place: P): void;
  reject(error: unknown): void;
}

export function createPlaceLine<H extends Host, P>(): PlaceLine<H, P> {
  const queues: Record<Priority, Set<Waiter<H, P>>> = { interactive: new Set(), bulk: new Set() };
  const turns = createTurns();

  /** Lets a waiter try; whether it has left the line. */
  function tryTurn(waiter: Waiter<H, P>): boolean {
    try {
      const place = waiter.take();
      if (place === null) return false;
      waiter.resolve(place);
      turns.taken(waiter.priority, queues.bulk.size > 0);
    } catch (error) {
      waiter.reject(error);
    }
    return true;
  }

  function* inOrder(): Generator<Waiter<H, P>> {
    const { isBulksTurn } = turns;
    yield* isBulksTurn ? queues.bulk : queues.interactive;
    yield* isBulksTurn ? queues.interactive : queues.bulk;
  }

  /** Gives one of the backend's places away; false where nobody took any. */
  function giveOne(host: H): boolean {
    for (const waiter of inOrder()) if (waiter.wants(host) && tryTurn(waiter)) return true;
    return false;
  }

  function wait(wish: Wish<H, P>): Promise<P> {
    return new Promise((resolve, reject) => {
      const queue = queues[wish.priority];
      const onAbort = (): void => waiter.reject(aborted(wish.signal));
      const leave = (): void => {
        queue.delete(waiter);
        wish.signal.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter<H, P> = {
        ...wish,
        resolve(place) {
          leave();
          resolve(place);
        },
        reject(error) {
          leave();
          reject(error);
        },
      };
      queue.add(waiter);
      wish.signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  return {
    async acquire(wish) {
      if (wish.signal.aborted) throw aborted(wish.signal);
      // A place that is free now is one that nobody in the line could use.
      return wish.take() ?? (await wait(wish));
    },
    freed(host) {
      while (host.freePlaces > 0 && giveOne(host));
    },
    changed() {
      for (const waiter of inOrder()) tryTurn(waiter);
    },
    get waiting() {
      return queues.interactive.size + queues.bulk.size;
    },
    waitingFor(host) {
      let count = 0;
      for (const queue of Object.values(queues)) for (const waiter of queue) if (waiter.wants(host)) count += 1;
      return count;
    },
  };
}

function aborted(signal: AbortSignal): BackendFailure {
  return new BackendFailure("aborted", { sends: 0, cause: signal.reason });
}
