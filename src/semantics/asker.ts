import { LRUCache } from "lru-cache";
import type { Clock } from "../kernel/index.ts";
import { createBackOff } from "./back-off.ts";
import { ServerAnswerError } from "./server.ts";
import type { SemanticsServer } from "./server.ts";

/**
 * What became of something asked: `answered`, `cached`, `failed` (no answer, or none that we understand), `refused`
 * (this text), `timeout`, `resting` (the server failed just now and is left alone) or `overloaded` (too many wait).
 */
export type AskOutcome = "answered" | "cached" | "failed" | "refused" | "timeout" | "resting" | "overloaded";

interface AskerOptions<I, O extends object | number> {
  server: Pick<SemanticsServer, "timeoutMs" | "maxConcurrency" | "maxBatch">;
  clock: Clock;
  keyOf: (item: I) => string;
  /** Asks for several at once; answers in their order, null where one is none that we understand. */
  askBatch: (items: readonly I[], signal: AbortSignal) => Promise<(O | null)[]>;
  cacheEntries: number;
  observe: (outcome: AskOutcome) => void;
}

/** Asks for one thing; null where there is no answer. Never rejects, never takes longer than the timeout. */
export type Ask<I, O> = (item: I) => Promise<O | null>;

interface Waiting<I, O> {
  item: I;
  key: string;
  settle: (outcome: AskOutcome, answer: O | null) => void;
}

/** More would only time out: a server answers some hundred batches within its timeout at best. */
const maxWaiting = 2048;

/**
 * Batches what is asked while requests are under way, keeps answers, joins the same question asked twice, and leaves a
 * failing server alone for a while.
 */
export function createAsker<I, O extends object | number>(options: AskerOptions<I, O>): Ask<I, O> {
  const { server, clock, keyOf, askBatch, observe } = options;
  const answers = new LRUCache<string, O>({ max: options.cacheEntries });
  const underWay = new Map<string, Promise<O | null>>();
  const waiting = new Set<Waiting<I, O>>();
  const backOff = createBackOff(clock);
  let active = 0;
  let isScheduled = false;

  function ask(item: I): Promise<O | null> {
    const key = keyOf(item);
    const known = answers.get(key);
    if (known !== undefined) {
      observe("cached");
      return Promise.resolve(known);
    }
    const joined = underWay.get(key);
    if (joined !== undefined) return joined;
    if (waiting.size >= maxWaiting) {
      observe("overloaded");
      return Promise.resolve(null);
    }
    const asked = new Promise<O | null>((resolve) => enqueue(item, key, resolve));
    underWay.set(key, asked);
    return asked;
  }

  function enqueue(item: I, key: string, resolve: (answer: O | null) => void): void {
    let isSettled = false;
    const entry: Waiting<I, O> = {
      item,
      key,
      settle(outcome, answer) {
        if (isSettled) return;
        isSettled = true;
        cancelTimeout();
        waiting.delete(entry);
        underWay.delete(key);
        if (answer !== null) answers.set(key, answer);
        observe(outcome);
        resolve(answer);
      },
    };
    const cancelTimeout = clock.after(server.timeoutMs, () => entry.settle("timeout", null));
    waiting.add(entry);
    if (isScheduled) return;
    isScheduled = true;
    // What is asked in the same turn of the event loop travels together.
    queueMicrotask(() => {
      isScheduled = false;
      sendWaiting();
    });
  }

  function sendWaiting(): void {
    while (active < server.maxConcurrency && waiting.size > 0) {
      if (!backOff.mayAsk()) {
        for (const entry of waiting) entry.settle("resting", null);
        return;
      }
      const batch = [...waiting.values().take(server.maxBatch)];
      for (const entry of batch) waiting.delete(entry);
      void send(batch);
    }
  }

  async function send(batch: readonly Waiting<I, O>[]): Promise<void> {
    active += 1;
    const controller = new AbortController();
    const cancelTimeout = clock.after(server.timeoutMs, () => controller.abort());
    try {
      const found = await askBatch(
        batch.map(({ item }) => item),
        controller.signal,
      );
      // A server that answers nothing sensible at all is a broken one; one odd answer is that text's own.
      if (found.every((answer) => answer === null)) backOff.failed();
      else backOff.succeeded();
      for (const [at, entry] of batch.entries()) {
        const answer = found[at] ?? null;
        entry.settle(answer === null ? "failed" : "answered", answer);
      }
    } catch (error) {
      const isRefusal = error instanceof ServerAnswerError && error.isAboutTexts;
      if (isRefusal) backOff.succeeded();
      else backOff.failed();
      const outcome = isRefusal ? "refused" : controller.signal.aborted ? "timeout" : "failed";
      for (const entry of batch) entry.settle(outcome, null);
    } finally {
      cancelTimeout();
      active -= 1;
      sendWaiting();
    }
  }

  return ask;
}
