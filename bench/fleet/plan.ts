/** The builds under test: equal in slots, unequal in speed, so that equal shares are wrong for each of them. */
export const builds = [
  { id: "slow", relativeSpeed: 1 },
  { id: "middle", relativeSpeed: 1.5 },
  { id: "fast", relativeSpeed: 3 },
] as const;

/** Requests that each build works on at once (`--max-num-seqs`). */
export const slots = 8;
/** Simulated time runs so slowly that two cores move everything with ease: about 10, 15 and 30 answers a second. */
export const baseSpeed = 0.22;
/** Callers per slot that saturate: enough that a backend never waits for the next request. */
export const callersPerSlot = 1.5;
/** Of the open loop's requests. */
export const deadlineMs = 2500;

export interface Plan {
  rounds: number;
  /** Before the first round: limits and estimates start from nothing. */
  settleMs: number;
  capacity: { warmMs: number; windowMs: number };
  overload: { loads: number[]; warmMs: number; windowMs: number };
  outage: { beforeMs: number; downMs: number; afterMs: number };
  hang: { beforeMs: number; stallMs: number };
  /** Time under each number of slots. */
  limit: { phaseMs: number };
}

const full: Plan = {
  rounds: 3,
  settleMs: 6000,
  capacity: { warmMs: 1500, windowMs: 5000 },
  overload: { loads: [0.5, 1, 2, 3], warmMs: 2500, windowMs: 5500 },
  outage: { beforeMs: 8000, downMs: 8000, afterMs: 13_000 },
  hang: { beforeMs: 4000, stallMs: 14_000 },
  limit: { phaseMs: 16_000 },
};

const quick: Plan = {
  rounds: 1,
  settleMs: 1000,
  capacity: { warmMs: 600, windowMs: 1600 },
  overload: { loads: [1, 3], warmMs: 1000, windowMs: 1500 },
  outage: { beforeMs: 1500, downMs: 3500, afterMs: 5500 },
  hang: { beforeMs: 1000, stallMs: 2000 },
  limit: { phaseMs: 1200 },
};

export function choosePlan(isQuick: boolean): Plan {
  return isQuick ? quick : full;
}

/** About how long a plan takes. */
export function secondsOf({ rounds, settleMs, capacity, overload, outage, hang, limit }: Plan): number {
  const capacityMs = 5 * (capacity.warmMs + capacity.windowMs + 700);
  const overloadMs = overload.loads.length * (overload.warmMs + overload.windowMs + 1500);
  const outageMs = outage.beforeMs + outage.downMs + outage.afterMs + 2000;
  const hangMs = hang.beforeMs + hang.stallMs + 5000;
  const totalMs = settleMs + rounds * (capacityMs + overloadMs) + outageMs + hangMs + 3 * limit.phaseMs + 8000;
  return Math.round(totalMs / 1000);
}
