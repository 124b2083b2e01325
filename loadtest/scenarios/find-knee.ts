import { isGood, outstandingAt, rateBetween, shareOf } from "../judge/measure.ts";
import type { NextUpload } from "../traffic/crowd.ts";
import type { Stage } from "./scenario.ts";

export interface Knee {
  /** The highest rate, of those tried, that was answered in full. */
  perSecond: number;
  /** Most answers within their deadline, a second, at any rate that was tried. */
  plateauPerSecond: number;
  /** The lowest rate, of those tried, that was not answered in full. */
  failedAt: number;
}

interface Search {
  startPerSecond: number;
  stepSeconds: number;
}

const growth = 1.35;
/** The knee lies within this share of its true place. */
const precision = 0.03;
const maxPerSecond = 500;
/** Of each step, before it is looked at: until the step's own load shows. */
const warmShare = 0.3;
/** Answered in full: nearly all within the deadline, and the number of those who wait does not grow. */
const minGoodShare = 0.99;
const maxGrowth = 0.03;

/** Raises the rate until it is not answered in full any more, then halves the gap until it is small. Null: stopped before that. */
export async function findKnee(stage: Stage, next: NextUpload, search: Search): Promise<Knee | null> {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let plateau = 0;
  let rate = search.startPerSecond;
  while (!stage.signal.aborted && rate < maxPerSecond && (high - low) / low > precision) {
    const { isFull, goodputPerSecond } = await tryRate(stage, next, rate, search.stepSeconds);
    plateau = Math.max(plateau, goodputPerSecond);
    if (isFull) low = rate;
    else high = rate;
    // Where even the first rate is too much, lower ones are tried; near nothing there is no knee.
    if (low === 0) rate /= 2;
    else rate = Number.isFinite(high) ? (low + high) / 2 : rate * growth;
    if (rate < 0.1) return null;
  }
  const isFound = low > 0 && Number.isFinite(high) && !stage.signal.aborted;
  return isFound ? { perSecond: low, plateauPerSecond: plateau, failedAt: high } : null;
}

async function tryRate({ crowd, phase, signal }: Stage, next: NextUpload, rate: number, seconds: number) {
  const { startedAt } = phase(`${formatRate(rate)}/s`);
  // Even gaps: by chance alone, a short step of independent callers would be several percent off its rate.
  await crowd.offer([{ seconds, from: rate }], next, null);
  await crowd.drained();
  const from = startedAt + seconds * 1000 * warmShare;
  const to = startedAt + seconds * 1000;
  const step = crowd.samples.filter(({ dueAt }) => dueAt >= startedAt);
  const inside = step.filter(({ dueAt }) => dueAt >= from);
  const grown = outstandingAt(step, to) - outstandingAt(step, from);
  // One or two more are chance where few are in flight at all.
  const allowed = Math.max(2, maxGrowth * inside.length);
  return {
    isFull: !signal.aborted && shareOf(inside, isGood) >= minGoodShare && grown <= allowed,
    goodputPerSecond: rateBetween(step.filter(isGood), from, to),
  };
}

export function formatRate(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
}
