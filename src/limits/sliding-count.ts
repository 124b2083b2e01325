/** The window is cut into this many slots: the two counts differ by what one slot holds. */
const slotsPerWindow = 20;

/** Counts events of the last `windowMs` in constant memory, with a bound on either side of the exact number. */
export interface SlidingCount {
  add(): void;
  /** Not less than the events of the window. */
  atMost(): number;
  /** Not more than the events of the window. */
  atLeast(): number;
}

/** Creates a counter; `now` never runs backwards. */
export function createSlidingCount(now: () => number, windowMs: number): SlidingCount {
  const slotMs = windowMs / slotsPerWindow;
  // One slot more than the window has: the oldest one lies in it only in part.
  const counts = Array.from({ length: slotsPerWindow + 1 }, () => 0);
  const start = now();
  let newest = 0;
  let total = 0;

  function advance(): void {
    const slot = Math.floor((now() - start) / slotMs);
    const passed = Math.min(slot - newest, counts.length);
    for (let step = 1; step <= passed; step += 1) {
      const at = (newest + step) % counts.length;
      total -= counts[at] ?? 0;
      counts[at] = 0;
    }
    newest = Math.max(newest, slot);
  }

  return {
    add() {
      advance();
      const at = newest % counts.length;
      counts[at] = (counts[at] ?? 0) + 1;
      total += 1;
    },
    atMost() {
      advance();
      return total;
    },
    atLeast() {
      advance();
      return total - (counts[(newest + 1) % counts.length] ?? 0);
    },
  };
}
