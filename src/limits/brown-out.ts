/**
 * Share of the vision token budget that new requests keep at each level, and the pressure at which a level begins and
 * ends. A level ends well below where it begins, or each answer that it makes cheaper would switch it off again.
 */
const levels = [
  { factor: 1, from: 0, until: 0 },
  { factor: 0.75, from: 0.7, until: 0.5 },
  { factor: 0.5, from: 0.85, until: 0.7 },
] as const;

/** Gives way before anything is shed: smaller images for new requests while the pressure is high. */
export interface BrownOut {
  /** Takes the pressure (0..1) in; returns the share of its vision token budget that a new request keeps. */
  update(pressure: number): number;
  /** The share after the last update; 1 where nothing is given up. */
  readonly factor: number;
}

/** Creates a brown-out; one that is not enabled always keeps everything. */
export function createBrownOut({ enabled }: { enabled: boolean }): BrownOut {
  let level = 0;

  return {
    update(pressure) {
      if (enabled) level = nextLevel(level, pressure);
      return factorOf(level);
    },
    get factor() {
      return factorOf(level);
    },
  };
}

/** The highest level that this pressure begins or, where it is in force already, does not end. */
function nextLevel(level: number, pressure: number): number {
  return levels.findLastIndex(({ from, until }, at) => at === 0 || pressure >= (at <= level ? until : from));
}

function factorOf(level: number): number {
  return levels[level]?.factor ?? 1;
}
