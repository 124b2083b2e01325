import type { Clock } from "../kernel/index.ts";

/** Parts of a request's time, in milliseconds, as `timings_ms` and Server-Timing report them. */
export interface Timings {
  image: number;
  queue: number;
  backend: number;
}

/** Adds up how long the parts of one request took. Parts that run side by side count as often as they run. */
export interface Stopwatch {
  readonly timings: Readonly<Timings>;
  time<T>(part: keyof Timings, work: () => Promise<T>): Promise<T>;
}

export function createStopwatch(clock: Clock): Stopwatch {
  const timings: Timings = { image: 0, queue: 0, backend: 0 };
  return {
    timings,
    async time(part, work) {
      const start = clock.now();
      try {
        return await work();
      } finally {
        timings[part] += clock.now() - start;
      }
    },
  };
}
