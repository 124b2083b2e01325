import type { Clock } from "../../src/kernel/index.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time on, running the tasks that come due on the way in their order. */
  advance(byMs: number): void;
  /** Tasks that wait for their time. */
  readonly pending: number;
}

/** Creates a clock at 0 monotonic milliseconds; its wall clock starts at `wallMs`. */
export function createManualClock(wallMs = 1_700_000_000_000): ManualClock {
  const tasks = new Set<{ atMs: number; task: () => void }>();
  let nowMs = 0;
  return {
    now: () => nowMs,
    wall: () => wallMs + nowMs,
    after(delayMs, task) {
      const entry = { atMs: nowMs + delayMs, task };
      tasks.add(entry);
      return () => tasks.delete(entry);
    },
    advance(byMs) {
      const endMs = nowMs + byMs;
      for (;;) {
        const [next] = [...tasks].filter((entry) => entry.atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        tasks.delete(next);
        nowMs = next.atMs;
        next.task();
      }
      nowMs = endMs;
    },
    get pending() {
      return tasks.size;
    },
  };
}
