import type { Clock } from "../kernel/index.ts";

/** A backend is looked at this often, and only where no call has ended for as long: what is in use tells by its answers. */
const everyMs = 5000;

interface ScraperOptions {
  clock: Clock;
  /** Whether anything may be asked of the backend now. */
  isWanted(): boolean;
  /** Never rejects. */
  scrape(): Promise<void>;
  /** Each time it was due, scraped or not. */
  onTick(): void;
}

/** Looks at quiet backends, at a modest rate and one look at a time: a slow page delays only the next look at it. */
export function startScraper({ clock, isWanted, scrape, onTick }: ScraperOptions): {
  callEnded(): void;
  close(): void;
} {
  let quietSince = clock.now();
  let isClosed = false;
  let cancel = clock.after(everyMs, () => void tick());

  async function tick(): Promise<void> {
    if (isWanted() && clock.now() - quietSince >= everyMs) await scrape();
    if (isClosed) return;
    onTick();
    cancel = clock.after(everyMs, () => void tick());
  }

  return {
    callEnded() {
      quietSince = clock.now();
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}
