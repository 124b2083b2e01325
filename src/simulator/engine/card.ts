/** One GPU. Engines that sit on the same card take turns on it and so slow each other. */
export interface Card {
  /** Takes a seat; `onChange` runs when the slowdown may have changed. */
  join(onChange: () => void): Seat;
}

interface Seat {
  setBusy(busy: boolean): void;
  /** By how much a step takes longer now: the number of busy engines, because processes without MPS only time-slice. */
  readonly slowdown: number;
  leave(): void;
}

/** Creates a card that several simulators can be given. */
export function createCard(): Card {
  const listeners = new Set<() => void>();
  let busyEngines = 0;

  return {
    join(onChange) {
      listeners.add(onChange);
      let isBusy = false;
      function setBusy(busy: boolean): void {
        if (busy === isBusy) return;
        isBusy = busy;
        busyEngines += busy ? 1 : -1;
        for (const listener of listeners) if (listener !== onChange) listener();
      }
      return {
        setBusy,
        get slowdown() {
          return Math.max(1, busyEngines);
        },
        leave() {
          setBusy(false);
          listeners.delete(onChange);
        },
      };
    },
  };
}
