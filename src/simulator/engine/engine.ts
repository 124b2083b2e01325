import type { Clock } from "../../kernel/index.ts";
import type { Card } from "./card.ts";
import type { LatencyModel } from "./latency.ts";
import type { PrefixCache } from "./prefix-cache.ts";
import { blocksOf } from "./sequence.ts";
import type { Sequence, Timings, Work } from "./sequence.ts";

/** A continuous-batching engine: what it works on and what it has done. */
export interface Engine {
  /** Queues the work and resolves when its last token is there; rejects with the signal's reason as soon as it aborts. */
  run(work: Work, signal: AbortSignal): Promise<Timings>;
  /** Rejects everything in flight: the engine process has died, or the simulator closes. */
  abortAll(reason: Error): void;
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV cache in use, 0..1. */
  readonly kvUsage: number;
  readonly preemptions: number;
  close(): void;
}

interface EngineParts {
  clock: Clock;
  latency: LatencyModel;
  card: Card;
  prefixCache: PrefixCache;
  maxNumSeqs: number;
}

/** One or more equal engine steps in a row. */
interface Stride {
  startedAt: number;
  stepMs: number;
  steps: number;
  decoding: Sequence[];
  prefills: Map<Sequence, number>;
  cancel: () => void;
}

function endOf(stride: Stride): number {
  return stride.startedAt + stride.steps * stride.stepMs;
}

/** Streams see their tokens at least this often. */
const streamStride = 4;
/** A late timer is made up for by starting the next step when the last should have ended, up to this much. */
const maxCatchUpMs = 50;

/**
 * Creates an engine after vLLM's V1 scheduler: steps with a token budget; running requests first, then waiting ones in
 * order of arrival while budget, places and KV blocks last; long prompts in chunks; the youngest request is preempted
 * when blocks run out. While nobody can be admitted, steps are equal and are taken as one stride with one timer; an
 * arrival, a leave or a change on the card ends the stride at the step that is under way.
 */
export function createEngine({ clock, latency, card, prefixCache, maxNumSeqs }: EngineParts): Engine {
  const seat = card.join(interrupt);
  const running = new Set<Sequence>();
  const waiting = new Set<Sequence>();
  let stride: Stride | null = null;
  let preemptions = 0;
  let lastEnd = -Infinity;

  function usedBlocks(): number {
    let blocks = 0;
    for (const sequence of running) blocks += blocksOf(sequence);
    return blocks;
  }

  /** Frees blocks for one more token each by sending the youngest back to the queue's head. */
  function preempt(): boolean {
    let needed = 0;
    for (const sequence of running) needed += blocksOf(sequence, 1);
    const youngest = [...running].reverse();
    let preempted = false;
    while (needed > latency.kvBlocks && running.size > 1) {
      const victim = youngest.shift()!;
      needed -= blocksOf(victim, 1);
      running.delete(victim);
      victim.prefillLeft = 0;
      const others = [...waiting];
      waiting.clear();
      for (const sequence of [victim, ...others]) waiting.add(sequence);
      preemptions += 1;
      preempted = true;
    }
    return preempted;
  }

  function admit(sequence: Sequence, now: number): void {
    waiting.delete(sequence);
    running.add(sequence);
    const { work, timings } = sequence;
    const isFirstTime = timings.scheduledAt < 0;
    const cached = prefixCache.lookUp(work.blockKeys, work.promptTokens);
    sequence.prefillLeft = work.promptTokens + sequence.generated - cached;
    if (!isFirstTime) return;
    timings.scheduledAt = now;
    timings.cachedTokens = cached;
    // Images inside the cached prefix need no encoding.
    sequence.patchesLeft = Math.round(work.patches * Math.min(1, sequence.prefillLeft / work.promptTokens));
  }

  function planStride(now: number): Stride | null {
    const hasPreempted = preempt();
    const decoding = [...running].filter(({ prefillLeft }) => prefillLeft === 0);
    let budget = latency.maxBatchedTokens - decoding.length;
    const prefills = new Map<Sequence, number>();
    for (const sequence of running) {
      if (sequence.prefillLeft === 0 || budget <= 0) continue;
      const tokens = Math.min(sequence.prefillLeft, budget);
      prefills.set(sequence, tokens);
      budget -= tokens;
    }
    let freeBlocks = latency.kvBlocks - usedBlocks();
    for (const sequence of hasPreempted ? [] : waiting) {
      const blocks = blocksOf(sequence, 1);
      const fits = blocks <= freeBlocks || running.size === 0;
      if (running.size >= maxNumSeqs || budget <= 0 || !fits) break;
      admit(sequence, now);
      const tokens = Math.min(sequence.prefillLeft, budget);
      prefills.set(sequence, tokens);
      budget -= tokens;
      freeBlocks -= blocks;
    }
    if (decoding.length === 0 && prefills.size === 0) return null;
    seat.setBusy(true);
    const stepMs = stepCost(decoding, prefills) * seat.slowdown;
    const steps = prefills.size > 0 ? 1 : longestStride(decoding, freeBlocks);
    return { startedAt: now, stepMs, steps, decoding, prefills, cancel: () => {} };
  }

  function stepCost(decoding: readonly Sequence[], prefills: ReadonlyMap<Sequence, number>): number {
    let cost = latency.baseMs + latency.perSequenceMs * decoding.length;
    for (const { work, generated } of decoding) cost += latency.perKvTokenMs * (work.promptTokens + generated);
    for (const [sequence, tokens] of prefills) {
      cost += latency.perPromptTokenMs * tokens + latency.perPatchMs * sequence.patchesLeft;
      sequence.patchesLeft = 0;
    }
    return cost;
  }

  /** Steps until the first sequence ends, shorter where someone streams or blocks may run out on the way. */
  function longestStride(decoding: readonly Sequence[], freeBlocks: number): number {
    let steps = Math.max(1, Math.floor(freeBlocks / decoding.length) * 16);
    for (const { work, generated } of decoding) {
      steps = Math.min(steps, work.outputTokens - generated, work.onTokens === undefined ? Infinity : streamStride);
    }
    return Math.max(1, steps);
  }

  function advance(): void {
    while (stride === null) {
      const now = clock.now();
      const isBackToBack = now - lastEnd < maxCatchUpMs && running.size > 0;
      stride = planStride(isBackToBack ? lastEnd : now);
      if (stride === null) {
        seat.setBusy(false);
        return;
      }
      // Steps shorter than a timer can measure are made up for here, without one timer each.
      if (endOf(stride) <= clock.now()) settle(stride);
      else startTimer(stride);
    }
  }

  function startTimer(current: Stride): void {
    current.cancel = clock.after(Math.max(0, endOf(current) - clock.now()), () => {
      settle(current);
      advance();
    });
  }

  /** Gives out the tokens of a stride that has ended. */
  function settle(done: Stride): void {
    stride = null;
    lastEnd = endOf(done);
    for (const [sequence, tokens] of done.prefills) {
      sequence.prefillLeft -= tokens;
      if (sequence.prefillLeft > 0 || !running.has(sequence)) continue;
      prefixCache.store(sequence.work.blockKeys);
      if (sequence.timings.firstTokenAt < 0) sequence.timings.firstTokenAt = lastEnd;
      gain(sequence, 1);
    }
    for (const sequence of done.decoding) if (running.has(sequence)) gain(sequence, done.steps);
  }

  function gain(sequence: Sequence, tokens: number): void {
    const { work, timings } = sequence;
    sequence.generated = Math.min(work.outputTokens, sequence.generated + tokens);
    work.onTokens?.(sequence.generated);
    if (sequence.generated < work.outputTokens) return;
    running.delete(sequence);
    timings.finishedAt = lastEnd;
    sequence.resolve(timings);
  }

  /** Ends a long stride with the step that is under way, so that something new is seen at the next one. */
  function interrupt(): void {
    if (stride === null || stride.steps === 1) return;
    const begun = Math.ceil((clock.now() - stride.startedAt) / stride.stepMs);
    const steps = Math.min(stride.steps, Math.max(1, begun));
    if (steps === stride.steps) return;
    stride.cancel();
    stride.steps = steps;
    startTimer(stride);
  }

  return {
    run(work, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const timings = { arrivedAt: clock.now(), scheduledAt: -1, firstTokenAt: -1, finishedAt: -1, cachedTokens: 0 };
        const sequence: Sequence = {
          work,
          timings,
          prefillLeft: 0,
          patchesLeft: 0,
          generated: 0,
          resolve(value) {
            signal.removeEventListener("abort", leave);
            resolve(value);
          },
          reject(reason) {
            signal.removeEventListener("abort", leave);
            reject(reason);
          },
        };
        function leave(): void {
          waiting.delete(sequence);
          running.delete(sequence);
          reject(signal.reason as Error);
          interrupt();
        }
        signal.addEventListener("abort", leave, { once: true });
        waiting.add(sequence);
        if (stride === null) advance();
        else interrupt();
      });
    },
    abortAll(reason) {
      const sequences = [...running, ...waiting];
      running.clear();
      waiting.clear();
      stride?.cancel();
      stride = null;
      seat.setBusy(false);
      for (const sequence of sequences) sequence.reject(reason);
    },
    get running() {
      return running.size;
    },
    get waiting() {
      return waiting.size;
    },
    get kvUsage() {
      return Math.min(1, usedBlocks() / latency.kvBlocks);
    },
    get preemptions() {
      return preemptions;
    },
    close() {
      stride?.cancel();
      stride = null;
      seat.leave();
    },
  };
}
