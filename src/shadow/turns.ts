/** Spreads work over turns of the event loop, so that callers get theirs between. */
export interface Turns {
  /** Whether there is still time for one more in this turn. Where not, `onNext` is called in the next one. */
  take(): boolean;
}

export function createTurns(perTurn: number, onNext: () => void): Turns {
  let taken = 0;
  let isCut = false;

  function next(): void {
    const wasCut = isCut;
    taken = 0;
    isCut = false;
    if (wasCut) onNext();
  }

  return {
    take() {
      if (taken === perTurn) {
        isCut = true;
        return false;
      }
      if (taken === 0) setImmediate(next);
      taken += 1;
      return true;
    },
  };
}
