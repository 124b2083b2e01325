import { sleep } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import { armIdOf, findAnswered } from "../predictions/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Log } from "../telemetry/index.ts";
import type { ArmsInPlay } from "./arms-in-play.ts";
import type { Job } from "./job.ts";
import type { ShadowSettings } from "./settings.ts";
import type { Spool } from "./spool.ts";

/** Lets the arms that have not seen a labelled garment see it, where its prepared images are kept. */
export interface Backfill {
  /** Looks at contents that have just got a label. */
  labelled(contents: readonly string[]): Promise<void>;
  /** Looks whether a build has changed: a new one is asked about everything that is labelled. */
  follow(): void;
  /** Everything is to be looked through anew. */
  startOver(): void;
  close(): Promise<void>;
}

interface Parts {
  storage: Storage;
  clock: Clock;
  log: Log;
  settings: () => ShadowSettings;
  arms: ArmsInPlay;
  spool: Spool;
  /** Whether the mirror is about to ask, or asking, already. */
  isUnderWay: (job: Pick<Job, "content" | "backend">) => boolean;
  onSpooled(): void;
}

const followEveryMs = 5000;
const pageSize = 500;
/** Between two pages, so that a large labelled set does not hold up live writes. */
const pageEveryMs = 50;

export function createBackfill(parts: Parts): Backfill {
  const { storage, clock, log, settings, arms, spool, isUnderWay, onSpooled } = parts;
  const { db } = storage;
  const closing = new AbortController();
  /** The arms whose labelled set has been looked through, and for the others up to where. */
  const followed = new Set<string>();
  const reached = new Map<string, string>();
  let cancel = clock.after(followEveryMs, follow);
  let running: Promise<void> = Promise.resolve();

  const targets = (): string[] => [settings().baseline, settings().candidate];

  /** False where not everything that is missing could be put down to be asked for. */
  async function fill(contents: readonly string[], backends: readonly string[]): Promise<boolean> {
    if (contents.length === 0) return true;
    const current = arms.preparations();
    const photos = await db
      .selectFrom("image_bytes")
      .innerJoin("garments", "garments.content", "image_bytes.content")
      .select(({ fn }) => ["image_bytes.content", "preparation", "inclusion", fn.min("garments.id").as("garment_id")])
      .where("image_bytes.content", "in", contents)
      .where("image_bytes.n", "=", 0)
      .groupBy(["image_bytes.content", "preparation", "inclusion"])
      .execute();
    const wanted = photos
      .filter(({ preparation }) => current.has(preparation))
      .flatMap(({ content, preparation, inclusion, garment_id: garmentId }) =>
        backends.flatMap((backend) => {
          const arm = arms.of(backend, preparation);
          if (arm === null || isUnderWay({ content, backend })) return [];
          return [{ content, armId: armIdOf(arm), backend, garmentId, purpose: "backfill" as const, inclusion }];
        }),
      );
    const answered = await findAnswered(db, wanted);
    const jobs = wanted.filter(({ content, armId }) => !answered.has(`${content} ${armId}`));
    if (jobs.length === 0) return true;
    const added = await spool.add(jobs);
    onSpooled();
    return added === jobs.length;
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
    for (const backend of settings().enabled ? targets() : []) {
      const names = [...arms.preparations()].flatMap((preparation) => {
        const arm = arms.of(backend, preparation);
        return arm === null ? [] : [armIdOf(arm)];
      });
      if (names.every((name) => followed.has(name))) continue;
      if (await walk(backend)) for (const name of names) followed.add(name);
    }
  }

  /** Goes on through everything that is labelled; false where it could not, or the spool is full for now. */
  async function walk(backend: string): Promise<boolean> {
    try {
      for (;;) {
        const page = await db
          .selectFrom("truths")
          .select("content")
          .where("content", ">", reached.get(backend) ?? "")
          .orderBy("content")
          .limit(pageSize)
          .execute();
        const contents = page.map(({ content }) => content);
        if (!(await fill(contents, [backend]))) return false;
        const last = contents.at(-1);
        if (last === undefined || contents.length < pageSize) {
          reached.delete(backend);
          return true;
        }
        reached.set(backend, last);
        await sleep(clock, pageEveryMs, closing.signal);
      }
    } catch (error) {
      if (!closing.signal.aborted && !(error instanceof StorageUnavailable)) {
        log.error({ err: error }, "the labelled garments could not be looked through");
      }
      return false;
    }
  }

  function startOver(): void {
    followed.clear();
    reached.clear();
  }

  return {
    async labelled(contents) {
      // What cannot be put down now is found again by looking through everything.
      if (!settings().enabled || !(await fill(contents, targets()))) startOver();
    },
    follow,
    startOver,
    async close() {
      cancel();
      closing.abort();
      await running;
    },
  };
}
