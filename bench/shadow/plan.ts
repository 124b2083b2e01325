/** Requests that each build works on at once (`--max-num-seqs`). */
export const slots = 12;
/** Callers per slot that saturate. */
export const callersPerSlot = 1.5;
/** Of each photo, so that a prepared image has a usual size. */
export const visionTokens = 300;

export const baseline = "baseline";
export const candidate = "candidate";

/** How builds, cards and traffic are arranged. */
export interface Case {
  name: "apart" | "shared" | "both";
  title: string;
  /** Offered over what the live builds can do. */
  load: number;
  /** Both builds on one card, in one process. */
  isCardShared: boolean;
  /** Of the candidate. */
  role: "live" | "shadow";
  mirrorRate: number;
  /** What the issue of live latency and throughput is held to; the others are shown. */
  isHeld: boolean;
}

export const cases: readonly Case[] = [
  {
    name: "apart",
    title: "separate cards",
    load: 0.55,
    isCardShared: false,
    role: "shadow",
    mirrorRate: 1,
    isHeld: true,
  },
  {
    name: "shared",
    title: "one card",
    load: 0.25,
    isCardShared: true,
    role: "shadow",
    mirrorRate: 1,
    isHeld: true,
  },
  {
    name: "both",
    title: "both live",
    load: 0.4,
    isCardShared: false,
    role: "live",
    mirrorRate: 0.1,
    isHeld: false,
  },
];

export interface Plan {
  /** Each has every side twice, in the order A B B A; a case without rounds is left out. */
  rounds: Record<Case["name"], number>;
  capacity: { warmMs: number; windowMs: number };
  /** What comes first in a window is not counted: mirrored calls are not under way yet, and limits still move. */
  warmMs: number;
  windowMs: Record<Case["name"], number>;
  texts: { rounds: number; repeats: number };
  import: { rounds: number; labels: number };
  leaderboard: { rounds: number; requests: number; rows: number };
}

const full: Plan = {
  rounds: { apart: 6, shared: 8, both: 2 },
  capacity: { warmMs: 4000, windowMs: 5000 },
  warmMs: 1500,
  windowMs: { apart: 8000, shared: 11_000, both: 8000 },
  texts: { rounds: 3, repeats: 30 },
  import: { rounds: 3, labels: 200_000 },
  leaderboard: { rounds: 3, requests: 20, rows: 10_000 },
};

const quick: Plan = {
  rounds: { apart: 1, shared: 1, both: 0 },
  capacity: { warmMs: 500, windowMs: 1000 },
  warmMs: 400,
  windowMs: { apart: 1200, shared: 1200, both: 1000 },
  texts: { rounds: 1, repeats: 3 },
  import: { rounds: 1, labels: 5000 },
  leaderboard: { rounds: 1, requests: 3, rows: 1000 },
};

export function choosePlan(isQuick: boolean): Plan {
  return isQuick ? quick : full;
}

export function casesOf({ rounds }: Pick<Plan, "rounds">): Case[] {
  return cases.filter(({ name }) => rounds[name] > 0);
}

/** About how long a plan takes. */
export function secondsOf({ rounds, capacity, warmMs, windowMs, ...plan }: Plan): number {
  const startMs = 4000;
  const betweenMs = 1600;
  let totalMs = 0;
  for (const { name } of casesOf({ rounds })) {
    totalMs += startMs + capacity.warmMs + capacity.windowMs;
    totalMs += rounds[name] * 4 * (warmMs + windowMs[name] + betweenMs);
  }
  // At the least that is asked of them, with the start of their processes.
  totalMs += 2000 + plan.import.rounds * (1000 + plan.import.labels / 20);
  totalMs += 6000 + plan.leaderboard.rows / 2;
  return Math.round(totalMs / 1000);
}
