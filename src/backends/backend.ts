import type { BackendConfig } from "../../schemas/index.ts";
import { getFamily } from "../families/index.ts";
import type { Clock, Random } from "../kernel/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import { createAvailability } from "./availability.ts";
import type { BackendState } from "./availability.ts";
import { createCapacity } from "./capacity.ts";
import { BackendFailure } from "./failure.ts";
import { shakeHands } from "./handshake.ts";
import type { OutageReason, ServerFacts } from "./handshake.ts";
import { createLedger } from "./ledger.ts";
import type { ChatCall } from "./payload.ts";
import { createPlaceLine } from "./place-line.ts";
import type { PlaceLine, Priority } from "./place-line.ts";
import { openPlace } from "./place.ts";
import type { ChatOptions, ChatResult, ForwardCall, Forwarded, Place } from "./place.ts";
import { createReporter } from "./reporter.ts";
import { withTimeLimit } from "./time-limit.ts";
import { createTokenArithmetic } from "./token-arithmetic.ts";
import type { PromptCount } from "./token-arithmetic.ts";
import { openVllmClient } from "./vllm-client.ts";
import type { Work } from "./work.ts";

export interface BackendDeps {
  clock: Clock;
  random: Random;
  log: Log;
  instruments: Instruments;
  /** Where calls wait for places; the backends of a fleet share one. */
  line?: PlaceLine<Backend, Place>;
}

/** What routing may know of a backend; the shape of its `Candidate`. */
export interface CandidateFigures {
  id: string;
  weight: number;
  inFlightTokens: number;
  /** Tokens it has shown it can work off in one second, with all places that it may have now. */
  capacityTokens: number;
  freePlaces: number;
}

/** A wish for a place at a backend. */
export interface AcquireOptions {
  /** What the call will cost, as far as it is known now. */
  work: Work;
  /** Aborting it ends the wait. */
  signal: AbortSignal;
  /** Default interactive. */
  priority?: Priority;
}

/** How an answer read. `free_text`: no JSON at all, although a schema was sent. */
export type AnswerOutcome = "valid" | "repaired" | "truncated" | "invalid" | "free_text";

/** A backend as the admin API and the model list show it. */
export interface BackendDescription {
  id: string;
  model: string;
  quantization: string;
  state: BackendState;
  /** Why it is not in rotation. */
  reason: OutageReason | null;
  inFlight: number;
  waiting: number;
  /** Chat calls it may be given at once. */
  limit: number;
  /** What the last passed handshake told; null before the first. */
  server: ServerFacts | null;
  lastHandshake: { atMs: number; outcome: "passed" | OutageReason } | null;
  lastFailure: { atMs: number; kind: BackendFailure["kind"]; status: number | null } | null;
}

/** One vLLM server as the gateway sees it. */
export interface Backend {
  readonly id: string;
  readonly config: BackendConfig;
  readonly state: BackendState;
  /** Live calls under way, and places taken for calls that have not begun. */
  readonly inFlight: number;
  /** Their work in tokens. */
  readonly inFlightTokens: number;
  /** Calls it may be given right now; 0 while it is out of rotation. */
  readonly freePlaces: number;
  /** Its load in the numbers that a routing policy compares. */
  candidate(): CandidateFigures;
  /** Calls that wait for a place at this backend, or at it among others. */
  readonly waiting: number;
  /** Open sockets to the server, those of handshakes included. */
  readonly openSockets: number;
  /** Resolves when its first handshake is over, passed or not. */
  readonly onceSettled: Promise<void>;
  /** A place for one call, or null where none is free. */
  tryAcquire(work: Work): Place | null;
  /** Waits for a place and asks the model; see `Place.chat`. `unavailable` at once while it is out of rotation. */
  chat(call: ChatCall, options: ChatOptions): Promise<ChatResult>;
  /** Waits for a place and passes a request on; see `Place.forward`. */
  forward(call: ForwardCall, options: ChatOptions): Promise<Forwarded>;
  /** Call it once the answer is read: prose under a schema takes the backend out of rotation at once. */
  reportAnswer(outcome: AnswerOutcome): void;
  /** Holds the backend's count of prompt tokens against ours. */
  checkPromptTokens(count: PromptCount): void;
  describe(): BackendDescription;
  /** Ends every call as `aborted` and closes every socket. */
  close(): Promise<void>;
}

/** A model that is warming up takes seconds for its first tokens. */
const handshakeTimeoutMs = 15_000;
const countTimeoutMs = 10_000;

/** Opens a backend: its first handshake begins at once. */
export function openBackend(config: BackendConfig, deps: BackendDeps): Backend {
  const { clock, random } = deps;
  const family = getFamily(config.family);
  const target = { model: config.model, chatTemplateKwargs: family.chatTemplateKwargs };
  const reporter = createReporter(config.id, deps);
  const closing = new AbortController();
  const ledger = createLedger();
  const capacity = createCapacity(clock);
  const line = deps.line ?? createPlaceLine();
  const client = openVllmClient({
    config,
    chatTemplateKwargs: family.chatTemplateKwargs,
    clock,
    onResend: () => {
      reporter.resent();
      // A socket that died before its time: the server may have been restarted.
      availability.recheckSoon();
    },
  });
  let lastHandshake: BackendDescription["lastHandshake"] = null;
  let lastFailure: BackendDescription["lastFailure"] = null;

  const arithmetic = createTokenArithmetic({
    markerTokensPerImage: family.markerTokensPerImage,
    async countTextTokens(prompt) {
      try {
        return await withTimeLimit(clock, countTimeoutMs, closing.signal, (signal) =>
          client.countTextTokens(prompt, signal),
        );
      } catch {
        return null; // Only a check of ours: a server that does not answer it is not at fault.
      }
    },
    onMismatch: (difference) => reporter.tokenMismatch(difference),
  });

  const availability = createAvailability({
    clock,
    random,
    shakeHands: () =>
      withTimeLimit(clock, handshakeTimeoutMs, closing.signal, (signal) => shakeHands(client, target, random, signal)),
    isBusy: () => ledger.calls >= config.max_concurrency / 2,
    onHandshake(outcome) {
      lastHandshake = { atMs: clock.wall(), outcome: outcome.passed ? "passed" : outcome.reason };
      reporter.handshake(lastHandshake.outcome);
    },
    onChange(change) {
      if (change.to === "ready") arithmetic.forget();
      reporter.stateChange(change);
      if (change.to === "ready") line.freed(backend);
      else line.changed();
    },
  });

  const freePlaces = (): number =>
    availability.state === "ready" ? Math.max(0, config.max_concurrency - ledger.calls) : 0;

  function tryAcquire(work: Work): Place | null {
    if (freePlaces() === 0) return null;
    const booking = ledger.book(work);
    reporter.inFlight(ledger.calls);
    return openPlace({
      backend,
      booking,
      client,
      target,
      clock,
      isUsable: () => availability.state === "ready",
      onBegin(work) {
        const settle = availability.track();
        return ({ failure, durationMs }) => {
          reporter.chat(failure?.kind ?? "ok", durationMs);
          if (failure === null) capacity.answered(work, durationMs);
          else note(failure);
          settle(failure);
        };
      },
      onFree() {
        reporter.inFlight(ledger.calls);
        line.freed(backend);
      },
    });
  }

  function acquire({ work, signal, priority = "interactive" }: AcquireOptions): Promise<Place> {
    return line.acquire({
      take() {
        if (availability.state !== "ready") throw new BackendFailure("unavailable", { sends: 0 });
        return tryAcquire(work);
      },
      wants: (host) => host === backend,
      signal,
      priority,
    });
  }

  function note(failure: BackendFailure): void {
    if (failure.kind === "aborted") return;
    lastFailure = { atMs: clock.wall(), kind: failure.kind, status: failure.status ?? null };
  }

  const backend: Backend = {
    id: config.id,
    config,
    get state() {
      return availability.state;
    },
    get inFlight() {
      return ledger.calls;
    },
    get inFlightTokens() {
      return ledger.tokens;
    },
    get freePlaces() {
      return freePlaces();
    },
    get waiting() {
      return line.waitingFor(backend);
    },
    get openSockets() {
      return client.openSockets;
    },
    onceSettled: availability.onceSettled,
    candidate: () => ({
      id: config.id,
      weight: config.weight,
      inFlightTokens: ledger.tokens,
      capacityTokens: capacity.tokensOf(config.max_concurrency),
      freePlaces: freePlaces(),
    }),
    tryAcquire,
    async chat(call, options) {
      const place = await acquire({ work: call.work, signal: options.signal });
      return place.chat(call, options);
    },
    async forward(call, options) {
      const place = await acquire({ work: call.work, signal: options.signal });
      return place.forward(call, options);
    },
    reportAnswer(outcome) {
      if (outcome === "free_text") availability.reportLostGuidance();
    },
    checkPromptTokens(count) {
      if (family.isTokenCountExact) arithmetic.check(count);
    },
    describe: () => ({
      id: config.id,
      model: config.model,
      quantization: config.quantization,
      state: availability.state,
      reason: availability.reason,
      inFlight: ledger.calls,
      waiting: line.waitingFor(backend),
      limit: config.max_concurrency,
      server: availability.facts,
      lastHandshake,
      lastFailure,
    }),
    async close() {
      availability.close();
      closing.abort();
      await client.close();
    },
  };
  return backend;
}
