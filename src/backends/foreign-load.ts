import type { MetricsPage } from "./metrics-page.ts";

/** After this long a figure counts half. */
const halfLifeMs = 5000;

/** Calls that others (another gateway, a batch job) have at a backend, as its own figures last showed them. */
export interface ForeignLoad {
  scraped(page: MetricsPage, ownCalls: number): void;
  /** Calls, fading with the age of the figure. Only a preference comes of them: they take no places away. */
  readonly calls: number;
  /** Milliseconds since the last figure; null before the first. */
  readonly ageMs: number | null;
}

export function createForeignLoad(clock: { now(): number }): ForeignLoad {
  let calls = 0;
  let at: number | null = null;

  return {
    scraped({ running, waiting }, ownCalls) {
      if (running === null && waiting === null) return;
      calls = Math.max(0, (running ?? 0) + (waiting ?? 0) - ownCalls);
      at = clock.now();
    },
    get calls() {
      return at === null ? 0 : calls * 0.5 ** ((clock.now() - at) / halfLifeMs);
    },
    get ageMs() {
      return at === null ? null : clock.now() - at;
    },
  };
}
