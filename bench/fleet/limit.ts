import { startClosedLoop } from "../load/closed-loop.ts";
import { openFront } from "../load/front.ts";
import type { Photos } from "../load/photos.ts";
import { median } from "../harness/statistics.ts";
import type { Plan } from "./plan.ts";
import { openStage, sleep, startSimulator } from "../processes/stage.ts";

const metric = "garment_gateway_backend_concurrency_limit";
/** True slots, phase by phase: found from nothing, halved, doubled. */
const slotPhases = [32, 16, 32] as const;
/** More callers than any phase has slots. */
const callers = 64;
/** Answers of 32 slots come so slowly that two cores move them with ease. */
const speed = 0.3;
const pollMs = 250;

export interface LimitRun {
  /** One for each phase; times in seconds from the start of the load. */
  phases: LimitPhase[];
  /** The limit over time. Empty where the gateway shows none. */
  points: [seconds: number, limit: number][];
}

interface LimitPhase {
  slots: number;
  from: number;
  to: number;
  /** Median of the limit in the phase's last third, over its slots. */
  limitOverSlots: number;
  /** From the phase's start until the limit was within 20 % of the slots for the first time. */
  secondsToClose: number;
}

/** Watches what the gateway lets go to one saturated build whose slots halve and double without a broken connection. */
export async function measureLimit(photos: Photos, outDir: string, plan: Plan["limit"]): Promise<LimitRun> {
  const simulators = await Promise.all(
    [...new Set(slotPhases)].map(async (slots) => ({
      slots,
      simulator: await startSimulator({ modelId: "sim-limit", speed, maxNumSeqs: slots, port: 0 }, outDir),
    })),
  );
  const urlOf = (slots: number): string =>
    simulators.find((each) => each.slots === slots)?.simulator.ready.url as string;
  const front = await openFront(urlOf(slotPhases[0]));
  const stage = await openStage({ backends: [{ id: "limited", url: front.url, model: "sim-limit" }] }, photos, outDir);
  try {
    await stage.untilReady(["limited"]);
    const points: LimitRun["points"] = [];
    const spans: { slots: number; from: number; to: number }[] = [];
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    const loop = startClosedLoop(stage.client, callers, () => ({}));
    for (const slots of slotPhases) {
      front.use(urlOf(slots));
      const from = seconds();
      while (seconds() < from + plan.phaseMs / 1000) {
        const limit = (await stage.gauge(metric)).get("limited");
        if (limit !== undefined) points.push([seconds(), limit]);
        await sleep(pollMs);
      }
      spans.push({ slots, from, to: seconds() });
    }
    await loop.stop();
    return { points, phases: spans.map((span) => judgePhase(span, points)) };
  } finally {
    await stage.close();
    await front.close();
    await Promise.all(simulators.map(({ simulator }) => simulator.stop()));
  }
}

/** How a limit stood to the slots while they were that many. */
export function judgePhase(
  { slots, from, to }: { slots: number; from: number; to: number },
  points: LimitRun["points"],
): LimitPhase {
  const inside = points.filter(([at]) => at >= from && at < to);
  const last = inside.filter(([at]) => at >= to - (to - from) / 3);
  const close = inside.find(([, limit]) => Math.abs(limit / slots - 1) <= 0.2);
  return {
    slots,
    from,
    to,
    limitOverSlots: median(last.map(([, limit]) => limit)) / slots,
    secondsToClose: close === undefined ? Number.POSITIVE_INFINITY : close[0] - from,
  };
}
