import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../src/kernel/index.ts";
import { drawArrivals } from "./arrivals.ts";
import type { Stretch } from "./arrivals.ts";
import type { Client, Sample } from "./client.ts";
import type { Upload } from "./request.ts";

export type NextUpload = () => Upload;

/** Everybody who calls the gateway during a run. */
export interface Crowd {
  /** What has ended so far. */
  readonly samples: readonly Sample[];
  /** Requests without an answer yet. */
  readonly outstanding: number;
  /** Sends at these rates, whether answers come or not; resolves when the last request was due. `random`: null for even gaps. */
  offer(stretches: readonly Stretch[], next: NextUpload, random: Random | null): Promise<void>;
  /** `workers` callers, each of which sends the next upload when it has its answer; resolves when all have ended. */
  work(workers: number, uploads: Iterator<Upload>): Promise<void>;
  /** Resolves when everything has its answer. */
  drained(): Promise<void>;
}

/** Sockets at once; what is due beyond them is counted as unsent and shown, not queued here in secret. */
const maxOutstanding = 2000;
/** Refused connections in a row after which there is no gateway any more. */
const maxDead = 50;

/** @param stop ends all loops; what is under way is still waited for until the client is closed */
export function gatherCrowd(client: Client, stop: AbortController): Crowd {
  const samples: Sample[] = [];
  const running = new Set<Promise<void>>();
  let dead = 0;

  function keep(sample: Sample): void {
    samples.push(sample);
    dead = sample.code === "ECONNREFUSED" ? dead + 1 : 0;
    if (dead === maxDead) stop.abort(new Error("the gateway does not take connections any more"));
  }

  function launch(upload: Upload, dueAt: number): void {
    if (running.size >= maxOutstanding) {
      samples.push(unsent(upload, dueAt));
      return;
    }
    const job = client.send(upload, dueAt).then((sample) => {
      keep(sample);
      running.delete(job);
    });
    running.add(job);
  }

  return {
    samples,
    get outstanding() {
      return running.size;
    },
    async offer(stretches, next, random) {
      const startedAt = performance.now();
      const endsAt = startedAt + stretches.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
      for (const arrival of drawArrivals(stretches, random)) {
        const dueAt = startedAt + arrival;
        await pause(dueAt - performance.now(), stop.signal);
        if (stop.signal.aborted) return;
        launch(next(), dueAt);
      }
      await pause(endsAt - performance.now(), stop.signal);
    },
    async work(workers, uploads) {
      async function call(): Promise<void> {
        for (let turn = uploads.next(); turn.done !== true; turn = uploads.next()) {
          if (stop.signal.aborted) return;
          keep(await client.send(turn.value));
        }
      }
      await Promise.all(Array.from({ length: workers }, call));
    },
    async drained() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Waits; ends early, and without an error, when the run is stopped. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function unsent({ kind, priority, deadlineMs }: Upload, dueAt: number): Sample {
  return {
    kind,
    priority,
    idempotencyKey: null,
    deadlineMs,
    dueAt,
    sentAt: dueAt,
    endedAt: dueAt,
    status: 0,
    outcome: "unsent",
    code: "unsent",
    id: null,
    backend: null,
    cache: null,
    isClean: false,
    retryAfterSeconds: null,
  };
}
