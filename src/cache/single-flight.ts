/** How long somebody is willing to wait; a request's `Deadline` is one. */
export interface TimeLeft {
  /** Aborts when the time is up or nobody waits any more; its reason says which. */
  readonly signal: AbortSignal;
  /** Milliseconds left, never negative. */
  remainingMs(): number;
}

/** `leader`: this call started the work; `follower`: it joined work that was under way. */
type Role = "leader" | "follower";

/** Identical work in flight is done once and shared. */
export interface SingleFlight<T> {
  /**
   * Waits for the work under way for `key`, or starts it.
   *
   * The work belongs to all who wait for it, not to the first. Its `signal` aborts when the last of them has left (with
   * the last one's reason), and its `remainingMs()` is the most that any of them has left *at that moment*: a caller who
   * joins with more time extends it, so work that plans by the time left reads it anew for each step and arms no timer
   * of its own. As each caller leaves at its own deadline, the work ends at the latest of them.
   *
   * A caller whose signal aborts rejects at once with the signal's reason and disturbs nobody. A failure of the work
   * reaches all who wait: to run it again for each would multiply load just when something is wrong. Callers who come
   * after that, or after the last one left, start anew.
   */
  join(key: string, caller: TimeLeft, work: (timeLeft: TimeLeft) => Promise<T>): Promise<{ value: T; role: Role }>;
  /** Keys whose work is under way and wanted. Bounded by the callers that wait: without any, a key is gone. */
  readonly inFlight: number;
}

interface Flight<T> {
  readonly waiting: Set<Waiter<T>>;
  readonly controller: AbortController;
}

interface Waiter<T> {
  remainingMs(): number;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function open(key: string): Flight<T> {
    const flight: Flight<T> = { waiting: new Set(), controller: new AbortController() };
    flights.set(key, flight);
    return flight;
  }

  /** A flight that was abandoned may end long after its successor under the same key has begun. */
  function close(key: string, flight: Flight<T>): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  function enter(key: string, flight: Flight<T>, caller: TimeLeft): Promise<T> {
    const { waiting, controller } = flight;
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = {
        remainingMs: () => caller.remainingMs(),
        resolve(value) {
          caller.signal.removeEventListener("abort", leave);
          resolve(value);
        },
        reject(reason) {
          caller.signal.removeEventListener("abort", leave);
          reject(reason);
        },
      };
      function leave(): void {
        waiting.delete(waiter);
        reject(caller.signal.reason as Error);
        if (waiting.size > 0) return;
        close(key, flight);
        controller.abort(caller.signal.reason);
      }
      waiting.add(waiter);
      caller.signal.addEventListener("abort", leave, { once: true });
    });
  }

  function begin(key: string, flight: Flight<T>, work: (timeLeft: TimeLeft) => Promise<T>): void {
    const { waiting, controller } = flight;
    function end(settle: (waiter: Waiter<T>) => void): void {
      close(key, flight);
      const told = [...waiting];
      waiting.clear();
      told.forEach(settle);
    }
    const timeLeft: TimeLeft = {
      signal: controller.signal,
      remainingMs() {
        let mostMs = 0;
        for (const waiter of waiting) mostMs = Math.max(mostMs, waiter.remainingMs());
        return mostMs;
      },
    };
    Promise.try(work, timeLeft).then(
      (value) => end((waiter) => waiter.resolve(value)),
      (error: unknown) => end((waiter) => waiter.reject(error)),
    );
  }

  return {
    async join(key, caller, work) {
      caller.signal.throwIfAborted();
      const underWay = flights.get(key);
      const flight = underWay ?? open(key);
      // The leader waits before the work begins: the work may ask for the time left at once.
      const value = enter(key, flight, caller);
      if (underWay === undefined) begin(key, flight, work);
      return { value: await value, role: underWay === undefined ? "leader" : "follower" };
    },
    get inFlight() {
      return flights.size;
    },
  };
}
