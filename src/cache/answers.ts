import type { AnswerCache } from "./answer-cache.ts";
import { createSingleFlight } from "./single-flight.ts";
import type { TimeLeft } from "./single-flight.ts";

/** What a caller's Cache-Control allows: `no-cache` skips the look-up and still stores, `no-store` does neither. */
export type CacheMode = "default" | "no-cache" | "no-store";

/**
 * What the cache did for one request; each request counts once, but for one whose caller has gone already. `store_skipped` is a miss whose answer was not fit to
 * be stored, `bypass` a request that wanted no stored answer.
 */
export type CacheOutcome = "hit" | "coalesced" | "miss" | "store_skipped" | "bypass";

interface CachedAnswer<A> {
  /** The caller's own copy. */
  answer: A;
  /** As the HTTP contract reports it. */
  cache: "miss" | "hit" | "coalesced";
}

interface AskOptions {
  mode: CacheMode;
  /**
   * Only callers of one lane share work in flight (stored answers are everybody's): a hurried caller must not wait in
   * the queue in which a patient one stands. A request's priority is a good lane.
   */
  lane: string;
  deadline: TimeLeft;
}

export interface Answers<A> {
  /**
   * The stored answer for `key`, or that of identical work under way, or else the answer of `work`, stored where it is
   * fit. `work` runs under the time left it is handed, not under the caller's (see SingleFlight), except for `no-cache`
   * and `no-store`: they ask for a fresh answer, so they neither join work that began before them nor share theirs.
   * @throws whatever `work` throws, or the reason of the caller's own signal
   */
  get(key: string, options: AskOptions, work: (timeLeft: TimeLeft) => Promise<A>): Promise<CachedAnswer<A>>;
  /** Pieces of work under way that callers may join. */
  readonly inFlight: number;
}

interface AnswersParts<A> {
  cache: AnswerCache;
  /** False for what must not outlive its request: salvaged, truncated and degraded answers. */
  isStorable: (answer: A) => boolean;
  observe: (outcome: CacheOutcome) => void;
}

/**
 * One way to an answer for those who need one: look up, join, or do the work and store.
 *
 * `A` is plain JSON: what every caller with the same content may share. What belongs to one caller (id, sample_id,
 * metadata, timings, and what is derived from settings that can change, such as fields to review) is laid over it after
 * `get`. Where the cache is switched off, ask in mode `no-store`.
 */
export function createAnswers<A extends object>({ cache, isStorable, observe }: AnswersParts<A>): Answers<A> {
  const flights = createSingleFlight<{ text: string; isStored: boolean }>();

  function store(key: string, answer: A): { text: string; isStored: boolean } {
    const text = JSON.stringify(answer);
    return { text, isStored: isStorable(answer) && cache.set(key, text) };
  }

  async function bypass(key: string, { mode, deadline }: AskOptions, work: (timeLeft: TimeLeft) => Promise<A>) {
    observe("bypass");
    const answer = await work(deadline);
    if (mode === "no-cache") store(key, answer);
    return { answer, cache: "miss" } as const;
  }

  return {
    async get(key, options, work) {
      options.deadline.signal.throwIfAborted();
      if (options.mode !== "default") return bypass(key, options, work);
      const stored = cache.get(key);
      if (stored !== undefined) {
        observe("hit");
        return { answer: JSON.parse(stored) as A, cache: "hit" };
      }
      let outcome: CacheOutcome = "coalesced";
      try {
        const { value, role } = await flights.join(`${options.lane} ${key}`, options.deadline, async (timeLeft) => {
          outcome = "miss";
          return store(key, await work(timeLeft));
        });
        if (role === "leader" && !value.isStored) outcome = "store_skipped";
        return { answer: JSON.parse(value.text) as A, cache: role === "leader" ? "miss" : "coalesced" };
      } finally {
        observe(outcome);
      }
    },
    get inFlight() {
      return flights.inFlight;
    },
  };
}
