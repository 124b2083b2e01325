/**
 * What a run has to reach, in one place: a missed line ends the run with exit status 1. Latencies are those of simulated
 * builds on a small machine; before a real fleet, put your own here.
 */
import type { Reach } from "../bench/harness/bench.ts";
import type { FigureName } from "./figures.ts";
import type { ScenarioName } from "./scenarios/scenario.ts";

export type Thresholds = Partial<Record<FigureName, Reach>>;

const all: Reach = { atLeast: 1 };
const none: Reach = { atMost: 0 };

export const thresholds: Record<ScenarioName, Thresholds> = {
  smoke: { answeredShare: all, refusedShare: all, p95Ms: { atMost: 3000 } },
  steady: { answeredShare: { atLeast: 0.999 }, p95Ms: { atMost: 1500 }, p99Ms: { atMost: 3000 } },
  ramp: { kneePerSecond: { atLeast: 1 }, failedShare: none, expiredShare: { atMost: 0.01 } },
  spike: { failedShare: none, expiredShare: { atMost: 0.01 }, recoverySeconds: { atMost: 10 }, afterShare: all },
  soak: { answeredShare: { atLeast: 0.999 }, p95Ms: { atMost: 1500 }, p99Ms: { atMost: 3000 } },
  overload: {
    goodputOverKnee: { atLeast: 0.95 },
    failedShare: none,
    expiredShare: { atMost: 0.01 },
    toldShare: all,
    unsentShare: none,
  },
  mixed: { answeredShare: { atLeast: 0.995 }, refusedShare: all, p95Ms: { atMost: 4000 } },
  protocol: { answeredShare: all, cleanShare: { atLeast: 0.99 } },
  chaos: { answeredShare: { atLeast: 0.9 }, struckShare: all, afterShare: all },
};

/** With --quick windows are too short for fine figures: these take the place of the lines above. */
export const quickThresholds: Partial<Record<ScenarioName, Thresholds>> = {
  steady: { p95Ms: { atMost: 5000 }, p99Ms: { atMost: 8000 } },
  soak: { p95Ms: { atMost: 5000 }, p99Ms: { atMost: 8000 } },
  spike: { expiredShare: { atMost: 0.05 }, recoverySeconds: { atMost: 15 } },
  overload: { goodputOverKnee: { atLeast: 0.75 }, expiredShare: { atMost: 0.05 } },
  mixed: { p95Ms: { atMost: 8000 } },
};
