import type { BackendConfig } from "../../schemas/index.ts";
import { getFamily } from "../families/index.ts";
import { createAnswerQuality } from "./answer-quality.ts";
import { createAvailability } from "./availability.ts";
import { describeBackend } from "./description.ts";
import type { LastFailure, LastHandshake } from "./description.ts";
import { BackendFailure } from "./failure.ts";
import { shakeHands } from "./handshake.ts";
import { createLoad } from "./load.ts";
import { loadMetrics } from "./metrics-page.ts";
import { buildPayload } from "./payload.ts";
import type { ChatCall } from "./payload.ts";
import { createPlaceLine } from "./place-line.ts";
import { openPlace } from "./place.ts";
import type { ChatOptions, ChatResult, Place } from "./place.ts";
import { createReporter } from "./reporter.ts";
import { startScraper } from "./scraper.ts";
import type { AdminState, BackendState } from "./states.ts";
import { withTimeLimit } from "./time-limit.ts";
import { createTokenArithmetic } from "./token-arithmetic.ts";
import { openVllmClient } from "./vllm-client.ts";
import type { Work } from "./work.ts";

import type { AcquireOptions, Backend, BackendDeps } from "./backend.ts";

/** A model that is warming up takes seconds for its first tokens. */
const handshakeTimeoutMs = 15_000;
const countTimeoutMs = 10_000;
const scrapeTimeoutMs = 2000;

/** Opens a backend: its first handshake begins at once. */
export function openBackend(firstConfig: BackendConfig, deps: BackendDeps): Backend {
  const {
    clock,
    random,
    line = createPlaceLine<Backend, Place>(),
    hasPeers = () => true,
    bestPace = () => null,
    onLiveCall = () => {},
  } = deps;
  const { id } = firstConfig;
  let config = firstConfig;
  let admin: AdminState = "active";
  const family = getFamily(config.family);
  const target = { model: config.model, chatTemplateKwargs: family.chatTemplateKwargs };
  const reporter = createReporter(id, deps);
  const closing = new AbortController();
  const load = createLoad({
    clock,
    random,
    ceiling: config.max_concurrency,
    bestPace,
    onRoom: () => line.freed(backend),
  });
  const quality = createAnswerQuality();
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
  let lastHandshake: LastHandshake | null = null;
  let lastFailure: LastFailure | null = null;
  let onIdle = (): void => {};

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
    isBusy: () => load.calls >= load.limit / 2,
    onHandshake(outcome) {
      lastHandshake = { atMs: clock.wall(), outcome: outcome.passed ? "passed" : outcome.reason };
      reporter.handshake(lastHandshake.outcome);
    },
    onChange({ to }) {
      if (to === "ready") {
        arithmetic.forget();
        quality.forget();
        load.restart();
      }
      stateChanged();
    },
    onCircuit: (state) => reporter.circuit(state),
  });

  const scraper = startScraper({
    clock,
    isWanted: () => availability.state === "ready" && admin !== "disabled",
    async scrape() {
      const page = await client.metrics(closing.signal, scrapeTimeoutMs).catch(() => null);
      if (closing.signal.aborted) return;
      reporter.metrics(page === null ? ["page"] : loadMetrics.filter((metric) => page[metric] === null));
      if (page !== null) load.scraped(page);
    },
    onTick() {
      if (load.scrapeAgeMs !== null) reporter.scrapeAge(load.scrapeAgeMs);
    },
  });

  const shownState = (): BackendState => (admin === "active" ? availability.state : admin);
  const isUsable = (): boolean => shownState() === "ready";
  const freePlaces = (): number => (isUsable() ? load.freePlaces : 0);

  function stateChanged(): void {
    reporter.state({ state: shownState(), reason: admin === "active" ? availability.reason : null });
    reporter.limit(load.limit);
    if (isUsable()) line.freed(backend);
    else line.changed();
  }

  function tryAcquire(work: Work): Place | null {
    if (freePlaces() === 0) return null;
    const booking = load.book(work);
    reporter.inFlight(load.calls);
    onLiveCall(id);
    return openPlace({
      backend,
      booking,
      client,
      target,
      clock,
      // A place that was taken before the backend began to drain is one of the calls that it still takes.
      isUsable: () => availability.state === "ready",
      onBegin(work) {
        const settle = availability.track();
        const end = load.begin(work);
        return (how) => {
          const { failure, durationMs } = how;
          scraper.callEnded();
          reporter.chat(failure?.kind ?? "ok", durationMs);
          if (failure !== null) note(failure);
          end(how);
          reporter.limit(load.limit);
          settle(failure);
        };
      },
      onFree() {
        reporter.inFlight(load.calls);
        line.freed(backend);
        if (load.calls === 0) onIdle();
      },
    });
  }

  function acquire({ work, signal, priority = "interactive" }: AcquireOptions): Promise<Place> {
    return line.acquire({
      take() {
        if (!isUsable()) throw new BackendFailure("unavailable", { sends: 0 });
        return tryAcquire(work);
      },
      wants: (host) => host === backend,
      signal,
      priority,
    });
  }

  async function mirror(call: ChatCall, { signal, attemptTimeoutMs }: ChatOptions): Promise<ChatResult> {
    if (!isUsable()) throw new BackendFailure("unavailable", { sends: 0 });
    const ended = AbortSignal.any([signal, closing.signal]);
    const start = clock.now();
    const body = buildPayload(target, call);
    const { reply, sends } = await withTimeLimit(clock, attemptTimeoutMs, ended, (limited) =>
      client.mirror(body, limited),
    );
    return { ...reply, sends, durationMs: clock.now() - start };
  }

  function note(failure: BackendFailure): void {
    if (failure.kind === "aborted") return;
    lastFailure = { atMs: clock.wall(), kind: failure.kind, status: failure.status ?? null };
  }

  function setAdminState(next: AdminState): void {
    if (next === admin) return;
    const before = admin;
    admin = next;
    if (next === "disabled") availability.pause();
    else if (before === "disabled") availability.resume();
    if (next === "active") load.restart();
    stateChanged();
  }

  function setConfig(changed: BackendConfig): void {
    config = changed;
    load.setCeiling(config.max_concurrency);
    reporter.limit(load.limit);
    line.changed(); // Its tiers and its weight decide who may want it.
  }

  async function close(): Promise<void> {
    availability.close();
    scraper.close();
    load.close();
    closing.abort();
    await client.close();
  }

  const backend: Backend = {
    id,
    get config() {
      return config;
    },
    get state() {
      return shownState();
    },
    get inFlight() {
      return load.calls;
    },
    get inFlightTokens() {
      return load.tokens;
    },
    get limit() {
      return load.limit;
    },
    get freePlaces() {
      return freePlaces();
    },
    get pauseMs() {
      return load.pauseMs;
    },
    get shownPace() {
      return load.shownPace;
    },
    get waiting() {
      return line.waitingFor(backend);
    },
    get openSockets() {
      return client.openSockets;
    },
    onceSettled: availability.onceSettled,
    candidate: () => ({
      id,
      weight: config.weight,
      inFlightTokens: load.allTokens,
      capacityTokens: load.capacityTokens,
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
    mirror,
    reportAnswer(outcome) {
      if (outcome === "free_text") availability.reportAnswers("guidance_lost");
      else if (quality.add(outcome) && hasPeers(backend)) availability.reportAnswers("bad_answers");
    },
    checkPromptTokens(count) {
      if (family.isTokenCountExact) arithmetic.check(count);
    },
    setAdmin({ state, ...settings }) {
      setConfig({ ...config, ...settings });
      if (state !== undefined) setAdminState(state);
    },
    reconfigure: setConfig,
    describe: () =>
      describeBackend({
        config,
        admin,
        state: shownState(),
        availability,
        load,
        waiting: line.waitingFor(backend),
        lastHandshake,
        lastFailure,
      }),
    async retire() {
      setAdminState("draining");
      if (load.calls > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
          closing.signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      await close();
      reporter.forget();
    },
    close,
  };
  reporter.limit(load.limit);
  return backend;
}
