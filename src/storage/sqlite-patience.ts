import type { DatabaseSync } from "node:sqlite";

/** How long queries wait for another process's lock. All of ours wait behind the one that does. */
export interface Patience {
  /** Call it before each query. */
  prepare(): void;
  /** A query failed, because another process holds the lock. */
  waitedInVain(): void;
  /** A query got the lock. */
  gotLock(): void;
}

/** After one has waited in vain, others get their answer at once for this time; then one waits again, but not as long. */
const restMs = 1000;
const shortMs = 250;

/**
 * Once a query has waited in vain for its whole `busy_timeout`, those behind it must not do so one after another: until one
 * gets the lock, a write fails at once where it does not get it, but for one a second, which waits for a quarter of a second.
 * Reading needs no lock and goes on.
 * @param now monotonic milliseconds
 */
export function createPatience(database: Pick<DatabaseSync, "prepare" | "exec">, now: () => number): Patience {
  /** What waits usually; null while nothing is wrong. */
  let usualMs: number | null = null;
  let restsUntil = 0;

  function waitFor(ms: number): void {
    database.exec(`pragma busy_timeout = ${ms}`);
  }

  return {
    prepare() {
      if (usualMs === null || now() < restsUntil) return;
      restsUntil = Infinity;
      waitFor(Math.min(shortMs, usualMs));
    },
    waitedInVain() {
      usualMs ??= Number(database.prepare("pragma busy_timeout").get()?.["timeout"]);
      restsUntil = now() + restMs;
      waitFor(0);
    },
    gotLock() {
      if (usualMs === null) return;
      waitFor(usualMs);
      usualMs = null;
    },
  };
}
