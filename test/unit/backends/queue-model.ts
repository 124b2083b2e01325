import { createAdaptiveLimit } from "../../../src/backends/adaptive-limit.ts";
import { seededRandom } from "../../../src/kernel/index.ts";

interface QueueModel {
  /** Calls worked on at once, by the second. */
  slots: (second: number) => number;
  ceiling: number;
  seconds: number;
  /** Whether answers tell how many wait inside. */
  isTold: boolean;
  /** Tokens of a call lie anywhere between these. */
  sizes: readonly number[];
}

interface Call {
  beganAt: number;
  tokens: number;
  endsAt: number;
}

/** How often a queue length is asked for. */
const askedEveryMs = 200;
const msPerToken = 0.4;

/**
 * A backend of equal places with a queue inside it, and callers who always fill the limit. A call takes time in
 * proportion to its tokens, give or take a tenth. Returns the limit at the end of each second.
 */
export function runQueueModel({ slots, ceiling, seconds, isTold, sizes }: QueueModel): { trace: number[] } {
  const random = seededRandom(1);
  const limit = createAdaptiveLimit({ floor: 2, ceiling, now: 0 });
  const running: Call[] = [];
  const queue: Call[] = [];
  const trace: number[] = [];
  const least = Math.min(...sizes);
  const most = Math.max(...sizes);
  let now = 0;
  let askedAt = -Infinity;

  while (trace.length < seconds) {
    while (running.length + queue.length < limit.limit) {
      queue.push({ beganAt: now, tokens: Math.round(least + random() * (most - least)), endsAt: 0 });
    }
    while (queue.length > 0 && running.length < slots(now / 1000)) {
      const call = queue.shift() as Call;
      call.endsAt = now + call.tokens * msPerToken * (0.9 + 0.2 * random());
      running.push(call);
    }
    running.sort((a, b) => a.endsAt - b.endsAt);
    const { beganAt, tokens, endsAt } = running.shift() as Call;
    now = endsAt;
    while (trace.length < Math.min(seconds, now / 1000)) trace.push(limit.limit);
    const isAsked = isTold && now - askedAt >= askedEveryMs;
    if (isAsked) askedAt = now;
    limit.answered({
      beganAt,
      now,
      tokens,
      inFlight: running.length + queue.length + 1,
      // The answer's own place has been given to the next by the time it is told.
      waitingInside: isAsked ? Math.max(0, queue.length - 1) : null,
    });
  }
  return { trace };
}
