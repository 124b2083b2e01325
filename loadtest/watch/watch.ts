import { setTimeout as sleep } from "node:timers/promises";
import { scrape } from "./scrape.ts";
import type { Scrape } from "./scrape.ts";

/** What a gateway said of itself during a run. */
export interface WatchRecord {
  /** Before any load; null where /metrics cannot be read. */
  before: Scrape | null;
  during: Scrape[];
  /** When everything had its answer and nothing was in flight any more, or the patience for that was over. */
  after: Scrape | null;
}

export interface Watch {
  /** Waits until nothing is in flight, and tells everything. */
  end(): Promise<WatchRecord>;
}

const intervalMs = 1000;
const settleMs = 15_000;

/** Reads /metrics once a second from now on. */
export async function watchGateway(url: string, key: string | null): Promise<Watch> {
  const before = await scrape(url, key);
  const during: Scrape[] = [];
  const stopping = new AbortController();

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      const next = await scrape(url, key);
      if (next !== null) during.push(next);
    }
  }

  const following = before === null ? Promise.resolve() : follow();
  return {
    async end() {
      stopping.abort();
      await following;
      return { before, during, after: before === null ? null : await settle(url, key) };
    },
  };
}

async function settle(url: string, key: string | null): Promise<Scrape | null> {
  const giveUpAt = performance.now() + settleMs;
  for (;;) {
    const now = await scrape(url, key);
    const isAtRest = now !== null && now.requestsInFlight === 0 && now.backendInFlight === 0;
    if (isAtRest || performance.now() > giveUpAt) return now;
    await sleep(200);
  }
}
