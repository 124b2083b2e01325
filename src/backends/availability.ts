import type { Clock, Random } from "../kernel/index.ts";
import { createCircuit } from "./circuit.ts";
import type { CircuitState } from "./circuit.ts";
import type { BackendFailure } from "./failure.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { reasonOf } from "./handshake.ts";
import type { HandshakeOutcome, OutageReason, ServerFacts } from "./handshake.ts";
import { stateOf } from "./states.ts";
import type { AvailabilityState } from "./states.ts";

export interface StateChange {
  from: AvailabilityState;
  to: AvailabilityState;
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
  onCircuit(state: CircuitState): void;
}

export interface Availability {
  readonly state: AvailabilityState;
  readonly reason: OutageReason | null;
  readonly circuit: CircuitState;
  /** What the last passed handshake told. */
  readonly facts: ServerFacts | null;
  /** Stands for the build that they tell of. */
  readonly fingerprint: string | null;
  /** Resolves when the first handshake is over, passed or not. */
  readonly onceSettled: Promise<void>;
  /** Call it when a live call begins, and what it returns when the call has ended (null: with an answer). */
  track(): (failure: BackendFailure | null) => void;
  /** Answers showed that guided decoding is off, or they are mostly garbage. */
  reportAnswers(why: "guidance_lost" | "bad_answers"): void;
  /** Something hints at a restart: shake hands soon, but stay in rotation. */
  recheckSoon(): void;
  /** Leaves the server alone altogether until `resume`, which begins again with a handshake. */
  pause(): void;
  resume(): void;
  close(): void;
}

/**
 * A failed handshake is repeated after 0.5 s, 1 s, 2 s …, then again and again, for ever. A server that is not there costs
 * nothing to knock at and is wanted back at once; one that is there and not well is given time.
 */
const firstRetryMs = 500;
const longestRetryMs = { away: 2000, unwell: 30_000 };
/** A grammar that works says little about answers that are garbage: such a backend is not let back in at once. */
const firstRetryAfterGarbageMs = 5000;
/** While calls fail, hands are shaken at most this often to find out what it is. */
const suspicionMs = 1000;
/** In rotation, hands are shaken this often, so that a restart between two requests does not go unnoticed. */
const recheckMs = 30_000;
/** A backend that leaves the rotation again before this time is let back in more slowly each time. */
const stableMs = 60_000;

/**
 * Decides whether a backend may have live traffic. It starts outside, and every outage ends only with a passed
 * handshake: an answer that comes back is no proof that guided decoding came back with it.
 *
 * What proves an outage by itself acts at once: a refused connection, a refused key, a model that is gone, lost guidance.
 * All other failures are evidence: they bring the next handshake forward, and the circuit (circuit.ts) weighs them
 * against the successes. It has no say of its own about when a backend is back, so there is one truth: closed is in
 * rotation, half-open is a handshake out of rotation, open is the rest.
 */
export function createAvailability(options: AvailabilityOptions): Availability {
  const { clock, random } = options;
  let state: AvailabilityState = "starting";
  let reason: OutageReason | null = null;
  let facts: ServerFacts | null = null;
  // Worked out once a handshake: every answer is kept under it.
  let fingerprint: string | null = null;
  /** Counts the times it left the rotation: what began in an earlier spell says nothing about this one. */
  let spell = 0;
  let readySince = 0;
  let relapses = 0;
  let failedHandshakes = 0;
  let isShaking = false;
  let isPaused = false;
  let isClosed = false;
  let suspectedAt = -Infinity;
  let lastFailure: OutageReason = "server_error";
  let shownCircuit: CircuitState = "open";
  const circuit = createCircuit({
    clock,
    onOpen() {
      if (state === "ready") leaveRotation(lastFailure);
    },
  });
  let cancelTimer = (): void => {};
  const settled = Promise.withResolvers<void>();

  function change(to: AvailabilityState, why: OutageReason | null): void {
    if (state === to && reason === why) return;
    const from = state;
    state = to;
    reason = why;
    showCircuit();
    options.onChange({ from, to, reason: why });
  }

  function circuitState(): CircuitState {
    if (state === "ready") return "closed";
    return isShaking ? "half_open" : "open";
  }

  function showCircuit(): void {
    if (circuitState() === shownCircuit) return;
    shownCircuit = circuitState();
    options.onCircuit(shownCircuit);
  }

  function schedule(delayMs: number): void {
    cancelTimer();
    if (isClosed) return;
    cancelTimer = clock.after(delayMs, recheck);
  }

  /** Between half of the time and all of it, so that several gateways do not knock in step. */
  function jitter(delayMs: number): number {
    return delayMs * (0.5 + random() / 2);
  }

  function retryDelay(tries: number, why: OutageReason): number {
    const longestMs = why === "refused" || why === "reset" ? longestRetryMs.away : longestRetryMs.unwell;
    return jitter(Math.min(longestMs, firstRetryMs * 2 ** Math.min(tries, 16)));
  }

  function recheck(): void {
    if (state === "ready" && options.isBusy()) schedule(jitter(recheckMs));
    else void shakeHands();
  }

  async function shakeHands(): Promise<void> {
    if (isShaking || isPaused || isClosed) return;
    cancelTimer();
    isShaking = true;
    showCircuit();
    const began = spell;
    const outcome = await options.shakeHands();
    isShaking = false;
    if (isPaused || isClosed) {
      settled.resolve();
      return;
    }
    options.onHandshake(outcome);
    if (began === spell) take(outcome);
    else void shakeHands(); // It left the rotation meanwhile: only a handshake that begins now counts.
    settled.resolve();
  }

  function take(outcome: HandshakeOutcome): void {
    if (outcome.passed) {
      facts = withKnownStart(outcome.facts, facts);
      fingerprint = fingerprintOf(facts);
      failedHandshakes = 0;
      if (state !== "ready") enterRotation();
      schedule(jitter(recheckMs));
    } else if (state === "ready") {
      recheckFailed(outcome.reason);
    } else {
      change(stateOf[outcome.reason], outcome.reason);
      schedule(retryDelay(failedHandshakes, outcome.reason));
      failedHandshakes += 1;
      showCircuit();
    }
  }

  function enterRotation(): void {
    readySince = clock.now();
    circuit.close();
    change("ready", null);
  }

  function recheckFailed(why: OutageReason): void {
    switch (why) {
      case "busy":
      case "timeout":
        // Slow or full is not down: a health check must never eject a backend that is busy answering.
        schedule(jitter(recheckMs));
        break;
      case "reset":
      case "server_error":
      case "bad_reply":
        schedule(jitter(longestRetryMs.away));
        record(why);
        break;
      case "refused":
      case "unauthorized":
      case "wrong_model":
      case "probe_refused":
      case "guidance_lost":
      case "bad_answers":
        leaveRotation(why);
    }
  }

  function record(why: OutageReason): void {
    lastFailure = why;
    circuit.record("failure");
  }

  function leaveRotation(why: OutageReason): void {
    if (clock.now() - readySince >= stableMs) relapses = 0;
    spell += 1;
    failedHandshakes = 0;
    change(stateOf[why], why);
    if (why === "bad_answers") schedule(Math.max(firstRetryAfterGarbageMs, retryDelay(relapses, why)));
    else if (relapses === 0) void shakeHands();
    else schedule(retryDelay(relapses - 1, why));
    relapses += 1;
  }

  /** Something may be wrong: only a handshake can tell, however busy the backend is. */
  function suspect(): void {
    if (clock.now() - suspectedAt < suspicionMs) return;
    suspectedAt = clock.now();
    void shakeHands();
  }

  function settle(failure: BackendFailure | null): void {
    if (failure === null) {
      circuit.record("success");
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
        // One that refuses everything is quick, looks idle and draws all traffic: the handshake tells whether it does.
        else suspect();
        break;
      case "connection":
      case "server_error":
      case "bad_reply":
        if (why === "refused") leaveRotation(why);
        else {
          record(why);
          suspect();
        }
        break;
      case "timeout":
        // No suspicion: a handshake with a server that hangs would only hang as well.
        record(why);
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
    get circuit() {
      return circuitState();
    },
    get facts() {
      return facts;
    },
    get fingerprint() {
      return fingerprint;
    },
    onceSettled: settled.promise,
    track() {
      const began = spell;
      return (failure) => {
        if (state === "ready" && began === spell && !isClosed) settle(failure);
      };
    },
    reportAnswers(why) {
      if (state === "ready") leaveRotation(why);
    },
    recheckSoon() {
      if (state === "ready") void shakeHands();
    },
    pause() {
      isPaused = true;
      spell += 1;
      cancelTimer();
      state = "starting";
      reason = null;
      showCircuit();
      settled.resolve();
    },
    resume() {
      if (!isPaused) return;
      isPaused = false;
      relapses = 0;
      failedHandshakes = 0;
      void shakeHands();
    },
    close() {
      isClosed = true;
      cancelTimer();
      circuit.shutdown();
      settled.resolve();
    },
  };
}

/** A page that could not be had this time does not make another build of the same server. */
function withKnownStart(told: ServerFacts, known: ServerFacts | null): ServerFacts {
  if (told.processStart !== null || known === null) return told;
  const { version, root, maxModelLen, systemFingerprint } = told;
  const isSame =
    version === known.version &&
    root === known.root &&
    maxModelLen === known.maxModelLen &&
    systemFingerprint === known.systemFingerprint;
  return isSame ? { ...told, processStart: known.processStart } : told;
}
