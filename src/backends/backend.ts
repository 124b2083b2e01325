import type { BackendConfig } from "../../schemas/index.ts";
import { getFamily } from "../families/index.ts";
import { createSemaphore } from "../kernel/index.ts";
import type { Clock, Random } from "../kernel/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import { createAvailability } from "./availability.ts";
import type { BackendState } from "./availability.ts";
import { BackendFailure } from "./failure.ts";
import { shakeHands } from "./handshake.ts";
import type { OutageReason, ServerFacts } from "./handshake.ts";
import { buildPayload } from "./payload.ts";
import type { ChatCall } from "./payload.ts";
import { createReporter } from "./reporter.ts";
import type { ChatReply } from "./reply.ts";
import { withTimeLimit } from "./time-limit.ts";
import { createTokenArithmetic } from "./token-arithmetic.ts";
import type { PromptCount } from "./token-arithmetic.ts";
import { openVllmClient } from "./vllm-client.ts";

export interface BackendDeps {
  clock: Clock;
  random: Random;
  log: Log;
  instruments: Instruments;
}

export interface ChatOptions {
  /** The caller's: aborting it ends the wait or the call, closes its socket, and so stops the generation. */
  signal: AbortSignal;
  /** Longest time for this one call; the wait for a place does not count. */
  attemptTimeoutMs: number;
}

interface ChatResult extends ChatReply {
  /** Wait for a place among `max_concurrency` calls. */
  waitMs: number;
  /** The call itself. */
  durationMs: number;
  /** How often the request went out; 2 where the first socket was dead. */
  sends: number;
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
  /** Live chat calls under way, at most `max_concurrency`. */
  readonly inFlight: number;
  /** Live chat calls that wait for one of those places. */
  readonly waiting: number;
  /** Open sockets to the server, those of handshakes included. */
  readonly openSockets: number;
  /** Resolves when its first handshake is over, passed or not. */
  readonly onceSettled: Promise<void>;
  /** Asks the model. Throws BackendFailure; `unavailable`, with nothing sent, while it is out of rotation. */
  chat(call: ChatCall, options: ChatOptions): Promise<ChatResult>;
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
  const places = createSemaphore(config.max_concurrency);
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
    isBusy: () => places.active >= config.max_concurrency / 2,
    onHandshake(outcome) {
      lastHandshake = { atMs: clock.wall(), outcome: outcome.passed ? "passed" : outcome.reason };
      reporter.handshake(lastHandshake.outcome);
    },
    onChange(change) {
      if (change.to === "ready") arithmetic.forget();
      reporter.stateChange(change);
    },
  });

  async function chat(call: ChatCall, options: ChatOptions): Promise<ChatResult> {
    if (availability.state !== "ready") throw new BackendFailure("unavailable", { sends: 0 });
    const arrival = clock.now();
    try {
      return await places.run(() => ask(call, options, clock.now() - arrival), options.signal);
    } catch (error) {
      if (error instanceof BackendFailure || !options.signal.aborted) throw error;
      throw new BackendFailure("aborted", { sends: 0, cause: error }); // while it waited for a place
    }
  }

  async function ask(call: ChatCall, { signal, attemptTimeoutMs }: ChatOptions, waitMs: number): Promise<ChatResult> {
    // It may have left the rotation while this call waited.
    if (availability.state !== "ready") throw new BackendFailure("unavailable", { sends: 0 });
    const body = buildPayload(target, call);
    const settle = availability.track();
    const start = clock.now();
    reporter.inFlight(places.active);
    try {
      const { reply, sends } = await withTimeLimit(clock, attemptTimeoutMs, signal, (limited) =>
        client.chat(body, limited),
      );
      const durationMs = clock.now() - start;
      reporter.chat("ok", durationMs);
      settle(null);
      return { ...reply, sends, waitMs, durationMs };
    } catch (error) {
      if (error instanceof BackendFailure) {
        reporter.chat(error.kind, clock.now() - start);
        note(error);
        settle(error);
      }
      throw error;
    } finally {
      reporter.inFlight(places.active - 1); // The place is given back right after this.
    }
  }

  function note(failure: BackendFailure): void {
    if (failure.kind === "aborted") return;
    lastFailure = { atMs: clock.wall(), kind: failure.kind, status: failure.status ?? null };
  }

  return {
    id: config.id,
    config,
    get state() {
      return availability.state;
    },
    get inFlight() {
      return places.active;
    },
    get waiting() {
      return places.waiting;
    },
    get openSockets() {
      return client.openSockets;
    },
    onceSettled: availability.onceSettled,
    chat,
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
      inFlight: places.active,
      waiting: places.waiting,
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
}
