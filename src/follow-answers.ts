import { BackendFailure } from "./backends/index.ts";
import type { Fleet } from "./backends/index.ts";
import { armOf, askArm, preparationOf } from "./inference/index.ts";
import type { Observation } from "./inference/index.ts";
import type { Clock } from "./kernel/index.ts";
import { areLabelled } from "./labels/index.ts";
import type { LabelKey } from "./labels/index.ts";
import type { Admission } from "./limits/index.ts";
import { predictionOf } from "./observed-prediction.ts";
import { openRecorder } from "./predictions/index.ts";
import type { Prediction, Recorder } from "./predictions/index.ts";
import { openShadow } from "./shadow/index.ts";
import type { ArmsInPlay, AskTarget, FleetView, Shadow, ShadowParts, Target } from "./shadow/index.ts";
import type { Storage } from "./storage/index.ts";
import type { Instruments, Log } from "./telemetry/index.ts";
import type { Config } from "../schemas/index.ts";

interface Parts {
  config: () => Config;
  storage: Storage;
  fleet: Fleet;
  admission: Pick<Admission, "queued">;
  clock: Clock;
  log: Log;
  instruments: Instruments;
  score: ShadowParts["score"];
  /** There are answers that nobody has held against labels yet. */
  onStored(): void;
}

/** Everything behind the reply: what was answered is kept, and mirrored to the arm that has not seen it. */
export interface Following {
  readonly shadow: Shadow;
  readonly recorder: Recorder;
  /** Drops everything about a content that is being erased; resolves when nothing about it is being written any more. */
  forget(content: string): Promise<void>;
  /** Call it once the caller has the answer. It returns at once and never throws. */
  observe(observation: Observation): void;
  close(): Promise<void>;
}

/** How long mirrored answers that came last may take to be written. */
const closeGraceMs = 3000;

/** Ties predictions and shadow, which know no backend, to the fleet. */
export function followAnswers(parts: Parts): Following {
  const { config, storage, fleet, clock, log, instruments, onStored } = parts;
  const arms = armsInPlay(fleet, config);
  const recorder = openRecorder({
    storage,
    clock,
    log,
    instruments,
    async findLabelled(predictions) {
      const labelled = await areLabelled(storage.db, predictions.map(keysOf));
      return new Set(predictions.filter((_, at) => labelled[at]));
    },
    keepImages({ content }, isLabelled) {
      const { retain } = config().storage.images;
      if (retain !== "labelled") return retain === "all" ? 1 : null;
      const { isMirrored, inclusion } = shadow.plan(content, isLabelled);
      return isLabelled ? 1 : isMirrored ? inclusion : null;
    },
    async onStored(stored) {
      onStored();
      await shadow.observe(stored);
    },
  });
  const shadow = openShadow({
    storage,
    clock,
    log,
    instruments,
    settings: config().shadow,
    fleet: fleetView(fleet, parts.admission),
    arms,
    ask: askTarget(fleet, clock),
    recorder: {
      async saveAnswer(answer) {
        await recorder.saveAnswer(answer);
        onStored();
      },
    },
    score: parts.score,
  });

  return {
    shadow,
    recorder,
    observe(observation) {
      try {
        recorder.record(predictionOf(observation, clock.wall()));
      } catch (error) {
        // A defect of ours, and none of the caller's business.
        log.error({ err: error }, "an answer could not be observed");
      }
    },
    async forget(content) {
      shadow.forget(content);
      await recorder.forget(content);
    },
    async close() {
      // What has been answered is to be mirrored, now or later; then what mirrored calls still bring is to be written.
      await recorder.drain();
      const closing = shadow.close();
      const cancel = clock.after(closeGraceMs, () => void recorder.close());
      // A store that is away takes nothing any more: whoever waits for it is told so.
      await closing;
      cancel();
      await recorder.close();
    },
  };
}

function keysOf({ garmentId, sampleId, uploads }: Prediction): LabelKey[] {
  return [
    { keyKind: "request_id", key: garmentId },
    ...(sampleId === null ? [] : [{ keyKind: "sample_id" as const, key: sampleId }]),
    ...uploads.map(({ sha256 }) => ({ keyKind: "image_sha256" as const, key: sha256 })),
  ];
}

function armsInPlay(fleet: Fleet, config: () => Config): ArmsInPlay {
  return {
    of(backendId, preparation) {
      const backend = fleet.backends.find(({ id }) => id === backendId);
      if (backend === undefined || backend.describe().fingerprint === null) return null;
      return armOf(backend, preparation);
    },
    preparations: () => new Set(fleet.backends.map((backend) => preparationOf(backend, config().image))),
  };
}

function fleetView(fleet: Fleet, admission: Pick<Admission, "queued">): FleetView {
  const all = (): Target[] =>
    fleet.backends.map((backend) => ({
      id: backend.id,
      isReady: backend.state === "ready",
      isLive: backend.config.role === "live",
      liveCalls: backend.inFlight,
      limit: backend.limit,
      card: backend.config.card,
    }));
  return {
    all,
    find: (id) => all().find((target) => target.id === id) ?? null,
    liveWaiting: () => fleet.waiting + admission.queued.interactive + admission.queued.bulk,
  };
}

function askTarget(fleet: Fleet, clock: Clock): AskTarget {
  return async (backendId, images, options) => {
    const backend = fleet.backends.find(({ id }) => id === backendId);
    if (backend === undefined) return { kind: "away" };
    const start = clock.now();
    try {
      return { kind: "answered", ...(await askArm(backend, { images, ...options }, clock)) };
    } catch (error) {
      if (!(error instanceof BackendFailure)) throw error;
      if (error.isOwnFault) return { kind: "failed", failure: failureOf(error), latencyMs: clock.now() - start };
      if (error.kind === "busy") return { kind: "busy", retryAfterMs: error.retryAfterMs ?? 0 };
      return { kind: options.signal.aborted ? "taken_back" : "away" };
    }
  };
}

/** In our words: what a backend writes may repeat the request. */
function failureOf({ kind, status }: BackendFailure): string {
  return status === undefined ? kind : `${kind} (${status})`;
}
