import { sleep } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import { armIdOf } from "../predictions/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Log } from "../telemetry/index.ts";
import type { ArmsInPlay } from "./arms-in-play.ts";
import { isSampled } from "./sampling.ts";
import type { ShadowSettings } from "./settings.ts";
import type { Spool } from "./spool.ts";

/** Lets the arms that have not seen a labelled garment see it, where its prepared images are kept. */
export interface Backfill {
  /** Looks at contents that have just got a label. */
  labelled(contents: readonly string[]): Promise<void>;
  /** Looks whether a build has changed: a new one is asked about everything that is labelled. */
  follow(): void;
  close(): Promise<void>;
}

interface Parts {
  storage: Storage;
  clock: Clock;
  log: Log;
  settings: () => ShadowSettings;
  /** Every garment's images are kept, not only those of the sample. */
  keepsAll: () => boolean;
  arms: ArmsInPlay;
  spool: Spool;
  onSpooled(): void;
}

const followEveryMs = 5000;
const pageSize = 500;
/** Between two pages, so that a large labelled set does not hold up live writes. */
const pageEveryMs = 50;

export function createBackfill({ storage, clock, log, settings, keepsAll, arms, spool, onSpooled }: Parts): Backfill {
  const { db } = storage;
  const closing = new AbortController();
  /** The arms whose labelled set has been looked through. */
  const followed = new Set<string>();
  let cancel = clock.after(followEveryMs, follow);
  let running: Promise<void> = Promise.resolve();

  const targets = (): string[] => [settings().baseline, settings().candidate];

  async function fill(contents: readonly string[], backends: readonly string[]): Promise<void> {
    if (contents.length === 0 || !settings().enabled) return;
    const current = arms.preparations();
    const photos = await db
      .selectFrom("image_bytes")
      .innerJoin("garments", "garments.content", "image_bytes.content")
      .select(({ fn }) => ["image_bytes.content", "preparation", fn.min("garments.id").as("garment_id")])
      .where("image_bytes.content", "in", contents)
      .where("image_bytes.n", "=", 0)
      .groupBy(["image_bytes.content", "preparation"])
      .execute();
    const answers = await db
      .selectFrom("answers")
      .select(["content", "arm_id"])
      .where("content", "in", contents)
      .execute();
    const seen = new Set(answers.map(({ content, arm_id: armId }) => `${content} ${armId}`));
    const jobs = photos
      .filter(({ preparation }) => current.has(preparation))
      .flatMap(({ content, preparation, garment_id: garmentId }) =>
        backends
          .filter((backend) => {
            const arm = arms.of(backend, preparation);
            return arm !== null && !seen.has(`${content} ${armIdOf(arm)}`);
          })
          .map((backend) => ({
            content,
            backend,
            garmentId,
            purpose: "backfill" as const,
            inclusion: inclusionOf(content),
          })),
      );
    if (jobs.length === 0) return;
    const added = await spool.add(jobs, clock.wall());
    if (added < jobs.length) log.warn({ missing: jobs.length - added }, "the spool is full: raise shadow.max_spool");
    onSpooled();
  }

  /** Its images are there because all are kept, or because it was drawn into the sample, or labelled beforehand. */
  function inclusionOf(content: string): number {
    const rate = settings().mirror_rate;
    return !keepsAll() && isSampled(content, rate) ? rate : 1;
  }

  function follow(): void {
    cancel();
    if (closing.signal.aborted) return;
    running = running.then(followOnce).finally(() => {
      // Several may have been asked for while one ran.
      cancel();
      if (!closing.signal.aborted) cancel = clock.after(followEveryMs, follow);
    });
  }

  async function followOnce(): Promise<void> {
    for (const backend of targets()) {
      const names = [...arms.preparations()].flatMap((preparation) => {
        const arm = arms.of(backend, preparation);
        return arm === null ? [] : [armIdOf(arm)];
      });
      if (names.every((name) => followed.has(name))) continue;
      if (await walk(backend)) for (const name of names) followed.add(name);
    }
  }

  /** Goes through everything that is labelled; false where it could not. */
  async function walk(backend: string): Promise<boolean> {
    try {
      for (let after = ""; ;) {
        const page = await db
          .selectFrom("truths")
          .select("content")
          .where("content", ">", after)
          .orderBy("content")
          .limit(pageSize)
          .execute();
        await fill(
          page.map(({ content }) => content),
          [backend],
        );
        const last = page.at(-1);
        if (last === undefined || page.length < pageSize) return true;
        after = last.content;
        await sleep(clock, pageEveryMs, closing.signal);
      }
    } catch (error) {
      if (!closing.signal.aborted && !(error instanceof StorageUnavailable)) {
        log.error({ err: error }, "the labelled garments could not be looked through");
      }
      return false;
    }
  }

  return {
    labelled: (contents) => fill(contents, targets()),
    follow,
    async close() {
      cancel();
      closing.abort();
      await running;
    },
  };
}
