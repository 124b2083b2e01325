import type { Scrape } from "../watch/scrape.ts";
import type { Invariant } from "./invariants.ts";
import { fitSlope } from "./slope.ts";
import type { Slope } from "./slope.ts";

const mebibyte = 2 ** 20;
/** Caches fill, code is compiled, the heap finds its size: of a run's beginning nothing can be concluded. */
const warmShare = 0.3;
/** Below this a slope is that of a beginning, however narrow its interval. */
const minMinutes = 5;

export interface MemorySlopes {
  minutes: number;
  resident: Slope | null;
  heap: Slope | null;
}

/** Slopes in MiB a minute, of what came after the warm-up. The heap goes up and down like a saw: its least values count. */
export function fitMemory(scrapes: readonly Scrape[]): MemorySlopes {
  const warm = scrapes.slice(Math.floor(scrapes.length * warmShare));
  const start = scrapes[0]?.at ?? 0;
  const toMinutes = (at: number): number => (at - start) / 60_000;
  return {
    minutes: toMinutes(scrapes.at(-1)?.at ?? start),
    resident: fitSlope(warm.map(({ at, residentBytes }) => [toMinutes(at), residentBytes / mebibyte])),
    heap: fitSlope(
      warm.map(({ at, heapBytes }) => [toMinutes(at), heapBytes / mebibyte]),
      "least",
    ),
  };
}

/** Growth that is distinguishable from none is a violation; where it is not this scenario's question, it is only told. */
export function judgeMemory(scrapes: readonly Scrape[], isJudged: boolean): Invariant[] {
  const { minutes, resident, heap } = fitMemory(scrapes);
  const isLongEnough = minutes >= minMinutes;
  return [
    { name: "resident memory does not grow", slope: resident },
    { name: "the heap does not grow", slope: heap },
  ].map(({ name, slope }): Invariant => {
    if (slope === null) return { name, verdict: "unjudged", evidence: "too few readings" };
    const evidence = formatSlope(slope);
    if (!isJudged) return { name, verdict: "unjudged", evidence: `${evidence}; only \`soak\` is judged` };
    if (!isLongEnough)
      return { name, verdict: "unjudged", evidence: `${evidence}; judged from ${minMinutes} minutes on` };
    return { name, verdict: slope.low > 0 ? "violated" : "holds", evidence };
  });
}

function formatSlope({ perMinute, low, high }: Slope): string {
  const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(2)}`;
  return `${signed(perMinute)} MiB a minute (95 %: ${signed(low)} to ${signed(high)})`;
}
