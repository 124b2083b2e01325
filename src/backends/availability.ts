import type { Clock, Random } from "../kernel/index.ts";
import type { BackendFailure } from "./failure.ts";
import { reasonOf } from "./handshake.ts";
import type { HandshakeOutcome, OutageReason, ServerFacts } from "./handshake.ts";

/**
 * - `starting`: the first handshake is not over
 * - `ready`: in rotation
 * - `down`: cannot be reached, or fails
 * - `quarantined`: answers, but not as it must: wrong model, or guided decoding is off
 * - `unauthorized`: refuses our key
 */
export const backendStates = ["starting", "ready", "down", "quarantined", "unauthorized"] as const;

export type BackendState = (typeof backendStates)[number];

const stateOf: Readonly<Record<OutageReason, BackendState>> = {
  refused: "down",
  reset: "down",
  timeout: "down",
  server_error: "down",
  bad_reply: "down",
  busy: "down",
  unauthorized: "unauthorized",
  wrong_model: "quarantined",
  probe_refused: "quarantined",
  guidance_lost: "quarantined",
};

export interface StateChange {
  from: BackendState;
  to: BackendState;
  reason: OutageReason | null;
}

interface AvailabilityOptions {
  clock: Clock;
  random: Random;
  /** Never rejects. */
  shakeHands(): Promise<HandshakeOutcome>;
  /** A busy server proves itself by its answers; a periodic handshake would only queue behind them. */
  isBusy(): boolean;
  onHandshake(outcome: HandshakeOutcome): void;
  onChange(change: StateChange): void;
}

export interface Availability {
  readonly state: BackendState;
  readonly reason: OutageReason | null;
  /** What the last passed handshake told. */
  readonly facts: ServerFacts | null;
  /** Resolves when the first handshake is over, passed or not. */
  readonly onceSettled: Promise<void>;
  /** Call it when a live call begins, and what it returns when the call has ended (null: with an answer). */
  track(): (failure: BackendFailure | null) => void;
  /** An answer showed that guided decoding is off. */
  reportLostGuidance(): void;
  /** Something hints at a restart: shake hands soon, but stay in rotation. */
  recheckSoon(): void;
  close(): void;
}

/** Resets of fresh sockets in a row that take a backend out: one may be an accident, and is retried on it. */
const maxResets = 2;
/** Failures in a row that take a backend out where no single one proves that it is down. */
const maxFailures = 5;
/** A failed handshake is repeated after 0.5 s, 1 s, 2 s … up to 30 s; then again and again, for ever. */
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** In rotation, hands are shaken this often, so that a restart between two requests does not go unnoticed. */
const recheckMs = 30_000;
/** A backend that leaves the rotation again before this time is let back in more slowly each time. */
const stableMs = 60_000;

/**
 * Decides whether a backend may have live traffic. It starts outside, and every outage ends only with a passed
 * handshake: an answer that comes back is no proof that guided decoding came back with it.
 */
export function createAvailability(options: AvailabilityOptions): Availability {
  const { clock, random } = options;
  let state: BackendState = "starting";
  let reason: OutageReason | null = null;
  let facts: ServerFacts | null = null;
  /** Counts the times it left the rotation: what began in an earlier spell says nothing about this one. */
  let spell = 0;
  let readySince = 0;
  let relapses = 0;
  let failedHandshakes = 0;
  let failures = 0;
  let resets = 0;
  let isShaking = false;
  let isClosed = false;
  let cancelTimer = (): void => {};
  const settled = Promise.withResolvers<void>();

  function change(to: BackendState, why: OutageReason | null): void {
    if (state === to && reason === why) return;
    const from = state;
    state = to;
    reason = why;
    options.onChange({ from, to, reason: why });
  }

  function schedule(delayMs: number): void {
    cancelTimer();
    if (isClosed) return;
    cancelTimer = clock.after(delayMs, () => void shakeHands());
  }

  /** Between half of the time and all of it, so that several gateways do not knock in step. */
  function jitter(delayMs: number): number {
    return delayMs * (0.5 + random() / 2);
  }

  function retryDelay(tries: number): number {
    return jitter(Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tries, 16)));
  }

  async function shakeHands(): Promise<void> {
    if (isShaking || isClosed) return;
    if (state === "ready" && options.isBusy()) {
      schedule(jitter(recheckMs));
      return;
    }
    cancelTimer();
    isShaking = true;
    const began = spell;
    const outcome = await options.shakeHands();
    isShaking = false;
    if (isClosed) return;
    options.onHandshake(outcome);
    if (began === spell) take(outcome);
    else void shakeHands(); // It left the rotation meanwhile: only a handshake that begins now counts.
    settled.resolve();
  }

  function take(outcome: HandshakeOutcome): void {
    if (outcome.passed) {
      facts = outcome.facts;
      failedHandshakes = 0;
      if (state !== "ready") enterRotation();
      schedule(jitter(recheckMs));
    } else if (state === "ready") {
      recheckFailed(outcome.reason);
    } else {
      change(stateOf[outcome.reason], outcome.reason);
      schedule(retryDelay(failedHandshakes));
      failedHandshakes += 1;
    }
  }

  function enterRotation(): void {
    readySince = clock.now();
    failures = 0;
    resets = 0;
    change("ready", null);
  }

  function recheckFailed(why: OutageReason): void {
    // Slow or full is not down: a health check must never eject a backend that is busy answering.
    if (why === "busy" || why === "timeout") schedule(jitter(recheckMs));
    else leaveRotation(why);
  }

  function leaveRotation(why: OutageReason): void {
    if (clock.now() - readySince >= stableMs) relapses = 0;
    spell += 1;
    failedHandshakes = 0;
    change(stateOf[why], why);
    if (relapses === 0) void shakeHands();
    else schedule(retryDelay(relapses - 1));
    relapses += 1;
  }

  function settle(failure: BackendFailure | null): void {
    if (failure === null) {
      failures = 0;
      resets = 0;
      return;
    }
    const why = reasonOf(failure);
    switch (failure.kind) {
      case "unauthorized":
        leaveRotation(why);
        break;
      case "refused_request":
        // It is alive; what it refuses is the caller's affair, unless it no longer knows our model.
        if (why === "wrong_model") leaveRotation(why);
        break;
      case "connection":
        resets += 1;
        if (why === "refused" || resets >= maxResets) leaveRotation(why);
        break;
      case "timeout":
      case "server_error":
      case "bad_reply":
        failures += 1;
        if (failures >= maxFailures) leaveRotation(why);
        break;
      case "busy":
      case "aborted":
      case "unavailable":
        break;
    }
  }

  void shakeHands();

  return {
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    get facts() {
      return facts;
    },
    onceSettled: settled.promise,
    track() {
      const began = spell;
      return (failure) => {
        if (state === "ready" && began === spell && !isClosed) settle(failure);
      };
    },
    reportLostGuidance() {
      if (state === "ready") leaveRotation("guidance_lost");
    },
    recheckSoon() {
      if (state === "ready") void shakeHands();
    },
    close() {
      isClosed = true;
      cancelTimer();
      settled.resolve();
    },
  };
}
