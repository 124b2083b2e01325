import type { Clock } from "../kernel/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Log } from "../telemetry/index.ts";
import type { ArmsInPlay } from "./arms-in-play.ts";
import type { Job } from "./job.ts";
import type { ShadowSettings } from "./settings.ts";
import { readPhotos } from "./spool.ts";

interface Parts {
  storage: Storage;
  clock: Clock;
  log: Log;
  settings: () => ShadowSettings;
  arms: ArmsInPlay;
  /** Why a backend gets nothing now, or null: then nothing is replayed either. */
  pauseOf(backend: string): string | null;
  add(job: Job): void;
}

export interface Replay {
  /** The rate has changed: the next garment's time is reckoned anew. */
  changed(): void;
  close(): void;
}

const hourMs = 3_600_000;

/**
 * Asks each backend anew about labelled garments whose photos are kept, at a low rate, one after the other in the order of
 * their hashes, which is as good as at random. A build that silently got worse shows against its own first answers.
 */
export function startReplay({ storage, clock, log, settings, arms, pauseOf, add }: Parts): Replay {
  const { db } = storage;
  let after = "";
  let isClosed = false;
  let cancel = schedule();

  function schedule(): () => void {
    return clock.after(hourMs / settings().replay.per_hour, () => void tick());
  }

  async function tick(): Promise<void> {
    const { enabled, replay, baseline, candidate } = settings();
    if (enabled && replay.enabled) {
      try {
        const images = await next();
        for (const backend of [baseline, candidate]) if (pauseOf(backend) === null) addJob(backend, images);
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) log.error({ err: error }, "no garment could be replayed");
      }
    }
    if (!isClosed) cancel = schedule();
  }

  async function next() {
    const query = db
      .selectFrom("truths")
      .innerJoin("image_bytes", "image_bytes.content", "truths.content")
      .select("truths.content")
      .orderBy("truths.content")
      .limit(1);
    const found =
      (await query.where("truths.content", ">", after).executeTakeFirst()) ?? (await query.executeTakeFirst());
    if (found === undefined) return [];
    after = found.content;
    return (await readPhotos(db, [found.content])).get(found.content) ?? [];
  }

  function addJob(backend: string, images: Awaited<ReturnType<typeof next>>): void {
    const [first] = images;
    if (first === undefined || arms.of(backend, first.preparation) === null) return;
    add({
      content: first.content,
      garmentId: "",
      backend,
      purpose: "replay",
      images,
      preparation: first.preparation,
      inclusion: 1,
      failures: 0,
      refusals: 0,
      hasImages: true,
      spoolId: null,
    });
  }

  return {
    changed() {
      cancel();
      if (!isClosed) cancel = schedule();
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}
