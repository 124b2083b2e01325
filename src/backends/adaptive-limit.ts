/** What one answered call tells. */
export interface AnsweredCall {
  /** When it began, in the monotonic milliseconds of `now`. */
  beganAt: number;
  now: number;
  /** What it cost: large calls take longer, which is no congestion. */
  tokens: number;
  /** Calls in flight when it ended, itself included. */
  inFlight: number;
  /** Requests that waited inside the backend when it answered, where it told. */
  waitingInside: number | null;
}

/** How many calls a backend may be given at once. Values in, values out; it has no clock and no timer. */
export interface AdaptiveLimit {
  /** A whole number between the floor and the ceiling. */
  readonly limit: number;
  /** Places it is taken to have: the limit or, where that has not met any bound yet, what it may become. */
  readonly places: number;
  answered(call: AnsweredCall): void;
  /** A call was turned away (429, 503) or not answered in time. */
  refused(call: { beganAt: number; now: number }): void;
  /** Begins again from the floor, quickly up to where it was: for a backend that returns. */
  restart(now: number): void;
  /** The operator's ceiling; at least 1. */
  setCeiling(ceiling: number): void;
}

interface AdaptiveLimitOptions {
  floor: number;
  ceiling: number;
  /** When it begins. */
  now: number;
}

/** Calls that one round of measuring takes at least. */
const minAnswers = 8;
/**
 * Readings of the queue inside that one round takes where the backend tells it. The shortest counts: what has just come
 * waits for the engine's next step, however many places are free, and only what never goes away is a queue.
 */
const minReadings = 2;
/** A round in which less of the limit was in use shows nothing about the limit. */
const minUse = 0.8;
/** While it doubles, callers may be half a generation behind. */
const minUseInRamp = 0.5;
/** What one step changes, and what steps in the same direction grow to. */
const smallestStep = 0.08;
const largestStep = 0.16;
/** Until the first step that was taken back it looks for the order of magnitude. */
const largestFirstStep = 0.5;
/** A backend without a history is taken this far without looking. */
const firstTarget = 16;
/** Having found the places, it looks for more only every so often. */
const restRounds = 4;
/**
 * Calls of one length end together, and then the queue is always empty when an answer tells of it. So every so many rounds
 * the limit is lowered to this share, to see whether anything is lost: it costs 0.5 % at most of what the backend can do.
 */
const soundAfterRounds = 64;
const firstSoundingAfterRounds = 8;
const keptToSound = 0.8;
/** Of each percent of calls that are left out, the percent of work that may go with them where they only waited. */
const maxLoss = 0.1;
/** After a refusal, or for a queue inside, this much of the limit is kept at least. */
const keptShare = 0.7;
/** More concurrency must buy throughput: of each percent more calls, at least this many percent more work. */
const minGain = 0.3;
/** A backend that told its queue within this time is asked for it, not measured. */
const toldForMs = 10_000;
interface Round {
  beganAt: number;
  answers: number;
  tokens: number;
  durationMs: number;
  inFlight: number;
  readings: number;
  /** The shortest queue inside that was told; null where none was. */
  waitingInside: number | null;
}

/**
 * Climbs to the number of calls at which a backend gives nearly all it can, and follows when that changes.
 *
 * vLLM takes more calls than it can work on and queues them inside, so too high a limit shows only as latency; and with
 * images latency grows with every call in the batch long before its places are taken, because prefill is serial. So
 * neither a latency bound nor its distance from the best ever seen finds the places. In rounds of one generation of
 * calls each it asks instead what a change bought: where the backend tells how many requests wait inside, the limit goes
 * to what does not wait; where it tells nothing, a step is kept as long as work done per second follows it, and else
 * taken back (docs/decisions/006-adaptive-limit.md).
 */
export function createAdaptiveLimit({ floor, ceiling: firstCeiling, now }: AdaptiveLimitOptions): AdaptiveLimit {
  let ceiling = Math.max(1, firstCeiling);
  let limit = clamp(floor);
  /** Up to here it doubles with each generation. */
  let target = clamp(firstTarget);
  let direction: 1 | -1 = 1;
  /** Steps made in this direction. */
  let steps = 0;
  let isSearching = true;
  /** Rounds until the next step up. */
  let rest = 0;
  let round = openRound(now);
  let before: Figures | null = null;
  /** What was so before the limit was lowered to sound. */
  let sounding: { limit: number; here: Figures } | null = null;
  /** Rounds since the limit was last lowered to sound; the first time comes sooner. */
  let sinceSounding = soundAfterRounds - firstSoundingAfterRounds;
  let toldAt = -Infinity;

  function clamp(value: number): number {
    return Math.min(ceiling, Math.max(Math.min(floor, ceiling), Math.round(value)));
  }

  /** A call belongs to a round only if it began under that round's limit. */
  function set(value: number, at: number): void {
    limit = clamp(value);
    round = openRound(at);
  }

  function move(at: number): void {
    // One step may be luck; the third in the same direction is longer, and so on.
    const step = Math.min(isSearching ? largestFirstStep : largestStep, smallestStep * 2 ** Math.max(0, steps - 1));
    steps += 1;
    set(limit + direction * Math.max(1, limit * step), at);
  }

  /** One more for each answer, which doubles it with each generation; one reading of a long queue is enough to stop. */
  function ramp(waitingInside: number | null, inFlight: number): void {
    if (waitingInside !== null && waitingInside >= Math.max(2, limit / 4)) {
      isSearching = false;
      target = 0;
    } else if (inFlight >= limit * minUseInRamp) limit = clamp(limit + 1);
    if (limit >= target) target = 0;
  }

  function turn(): void {
    direction = direction === 1 ? -1 : 1;
    steps = 0;
    isSearching = false;
  }

  function close(at: number): void {
    const { answers, tokens, durationMs, waitingInside } = round;
    const here = { inFlight: round.inFlight / answers, msPerToken: durationMs / tokens };
    round = openRound(at);
    if (waitingInside !== null && waitingInside >= 1) {
      before = null;
      shorten(here.inFlight - waitingInside, at);
    } else if (here.inFlight < minUse * limit) {
      before = null;
      sounding = null;
    } else if (waitingInside !== null) {
      if (sounding === null) lengthenOrSound(here, at);
      else judge(sounding, here, at);
      before = null;
    } else {
      if (before !== null && !wasWorthIt(before, here)) turn();
      before = here;
      move(at);
    }
  }

  /** What waits inside is too much, however little of the limit is in use. */
  function shorten(places: number, at: number): void {
    sounding = null;
    direction = 1;
    steps = 0;
    isSearching = false;
    rest = restRounds;
    // A reading may be a moment's; one that is right is there again in the next round.
    set(Math.max(places, limit * keptShare), at);
  }

  /** Nothing waits inside, as far as was told. */
  function lengthenOrSound(here: Figures, at: number): void {
    direction = 1;
    sinceSounding += 1;
    if (sinceSounding >= soundAfterRounds && limit >= minAnswers) {
      sinceSounding = 0;
      sounding = { limit, here };
      set(limit * keptToSound, at);
    } else if (rest > 0) {
      rest -= 1;
    } else {
      move(at);
      // Near the places that were found it listens longer before it goes on.
      if (!isSearching && steps <= 2) rest = restRounds;
    }
  }

  /** Without a loss the calls that were left out had only waited; else they are let in again. */
  function judge(sounded: { limit: number; here: Figures }, here: Figures, at: number): void {
    sounding = null;
    if (wasWorthIt(sounded.here, here, maxLoss)) return;
    rest = restRounds;
    set(sounded.limit, at);
  }

  return {
    get limit() {
      return limit;
    },
    get places() {
      return isSearching ? ceiling : Math.max(limit, target);
    },
    answered({ beganAt, now, tokens, inFlight, waitingInside }) {
      if (beganAt < round.beganAt) return;
      if (waitingInside !== null) {
        toldAt = now;
        round.readings += 1;
        round.waitingInside = Math.min(round.waitingInside ?? Infinity, waitingInside);
      }
      if (limit < target) {
        ramp(waitingInside, inFlight);
        return;
      }
      round.answers += 1;
      round.tokens += Math.max(tokens, 1);
      round.durationMs += Math.max(now - beganAt, 0.01);
      round.inFlight += inFlight;
      const enough = Math.max(minAnswers, limit);
      const isToldSoon = round.readings < minReadings && now - toldAt < toldForMs && round.answers < 4 * enough;
      if (round.answers >= enough && !isToldSoon) close(now);
    },
    refused({ beganAt, now }) {
      // Of all that were refused under one limit, one speaks for the others.
      if (beganAt < round.beganAt) return;
      before = null;
      sounding = null;
      isSearching = false;
      target = 0;
      direction = 1;
      steps = 0;
      rest = restRounds;
      set(Math.floor(limit * keptShare), now);
    },
    restart(now) {
      target = Math.max(target, limit);
      before = null;
      sounding = null;
      set(floor, now);
    },
    setCeiling(changed) {
      ceiling = Math.max(1, changed);
      limit = clamp(limit);
      target = Math.min(target, ceiling);
    },
  };
}

function openRound(at: number): Round {
  return { beganAt: at, answers: 0, tokens: 0, durationMs: 0, inFlight: 0, readings: 0, waitingInside: null };
}

type Figures = { inFlight: number; msPerToken: number };

/**
 * Work done per second is calls in flight over latency (Little's law). More calls are worth it as long as that grows by
 * `minGain` of what they grow by, fewer as long as it falls by less.
 */
function wasWorthIt(before: Figures, after: Figures, gain = minGain): boolean {
  const calls = Math.log(after.inFlight / before.inFlight);
  // At the floor or the ceiling, where no step could be made: look the other way.
  if (Math.abs(calls) < smallestStep / 4) return false;
  const work = calls - Math.log(after.msPerToken / before.msPerToken);
  return work > gain * calls;
}
