/** About the longest step of an engine: what has come since the last one began waits for the next, busy or not. */
const stepMs = 50;

/** Calls that began so recently that a backend may report them as waiting although it has places for them. */
export interface Newcomers {
  began(): void;
  readonly count: number;
}

export function createNewcomers(clock: { now(): number }): Newcomers {
  let times: number[] = [];

  function prune(): void {
    const since = clock.now() - stepMs;
    const first = times.findIndex((time) => time > since);
    times = first === -1 ? [] : times.slice(first);
  }

  return {
    began() {
      if (times.length >= 64) prune();
      times.push(clock.now());
    },
    get count() {
      prune();
      return times.length;
    },
  };
}
