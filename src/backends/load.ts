import type { Clock, Random } from "../kernel/index.ts";
import { createAdaptiveLimit } from "./adaptive-limit.ts";
import { createCapacity } from "./capacity.ts";
import { createForeignLoad } from "./foreign-load.ts";
import { createLedger } from "./ledger.ts";
import type { Booking } from "./ledger.ts";
import type { MetricsPage } from "./metrics-page.ts";
import type { CallEnd } from "./place.ts";
import { createPushback } from "./pushback.ts";
import { tokensOf } from "./work.ts";
import type { Work } from "./work.ts";

/** A backend is given this many calls at once whatever it has shown. */
const floor = 2;
/** What a call of others is taken to cost before any of our own has been seen. */
const assumedTokensPerCall = 1000;

/** What routing may know of a backend; the shape of its `Candidate`. */
export interface CandidateFigures {
  id: string;
  weight: number;
  inFlightTokens: number;
  /** Tokens it is taken to work off in one second with all its places, by what it has shown. */
  capacityTokens: number;
  freePlaces: number;
}

interface LoadOptions {
  clock: Clock;
  random: Random;
  /** The operator's ceiling of the limit. */
  ceiling: number;
  /** See `Capacity`. */
  bestPace: () => number | null;
  /** Places may have become free without a call having ended. */
  onRoom(): void;
}

/** What a backend has to do, and how much of it it can take: its books, its limit, its pace, its pauses. */
export interface Load {
  book(work: Work): Booking;
  readonly calls: number;
  /** Tokens of our own calls. */
  readonly tokens: number;
  /** Tokens of our own calls and, as far as is known, of others'. */
  readonly allTokens: number;
  /** Tokens it is taken to work off in one second with all its places; known to about a quarter. */
  readonly capacityTokens: number;
  readonly shownPace: number | null;
  readonly limit: number;
  /** Calls it may be given now; 0 during a pause that it has asked for by turning a call away. */
  readonly freePlaces: number;
  /** What is left of that pause. */
  readonly pauseMs: number;
  /** A call begins; call what it returns when it has ended. */
  begin(work: Work): (end: CallEnd) => void;
  scraped(page: MetricsPage): void;
  /** Milliseconds since /metrics was last read; null before the first time. */
  readonly scrapeAgeMs: number | null;
  /** The backend returns: slowly at first, quickly up to where it was. */
  restart(): void;
  setCeiling(ceiling: number): void;
  close(): void;
}

export function createLoad({ clock, random, ceiling, bestPace, onRoom }: LoadOptions): Load {
  const ledger = createLedger();
  const capacity = createCapacity({ clock, bestPace });
  const limit = createAdaptiveLimit({ floor, ceiling, now: clock.now() });
  const pushback = createPushback({ clock, random, onOver: onRoom });
  const foreign = createForeignLoad(clock);
  let tokensPerCall = assumedTokensPerCall;

  function answered(work: Work, beganAt: number, { durationMs, waitingInside }: CallEnd): void {
    const tokens = tokensOf(work);
    tokensPerCall += (tokens - tokensPerCall) / 20;
    capacity.answered(work, durationMs);
    limit.answered({ beganAt, now: clock.now(), tokens, inFlight: ledger.calls, waitingInside });
  }

  return {
    book: (work) => ledger.book(work),
    get calls() {
      return ledger.calls;
    },
    get tokens() {
      return ledger.tokens;
    },
    get allTokens() {
      return ledger.tokens + foreign.calls * tokensPerCall;
    },
    get capacityTokens() {
      // To the digit, all of a light load would go to whichever of two equals is a hair ahead.
      return capacity.pace * limit.places * (0.75 + random() / 2);
    },
    get shownPace() {
      return capacity.shownPace;
    },
    get limit() {
      return limit.limit;
    },
    get freePlaces() {
      return pushback.remainingMs > 0 ? 0 : Math.max(0, limit.limit - ledger.calls);
    },
    get pauseMs() {
      return pushback.remainingMs;
    },
    begin(work) {
      const beganAt = clock.now();
      return (end) => {
        const { failure, isStream } = end;
        if (failure === null) {
          pushback.answered();
          // A stream lasts as long as its reader likes, which says nothing about the backend.
          if (!isStream) answered(work, beganAt, end);
        } else if (failure.kind === "busy") {
          limit.refused({ beganAt, now: clock.now() });
          pushback.busy(beganAt, failure.retryAfterMs);
        } else if (failure.kind === "timeout") {
          limit.refused({ beganAt, now: clock.now() });
        }
      };
    },
    scraped: (page) => foreign.scraped(page, ledger.calls),
    get scrapeAgeMs() {
      return foreign.ageMs;
    },
    restart() {
      limit.restart(clock.now());
    },
    setCeiling(changed) {
      limit.setCeiling(changed);
      onRoom();
    },
    close: () => pushback.close(),
  };
}
