import { sleep } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";

export interface RetentionRules {
  /** How long prepared images are kept, and how many bytes of them together. */
  imageDays: number;
  imageMaxBytes: number;
  /** How long predictions without a label are kept; labelled ones stay until they are erased. */
  predictionDays: number;
}

interface RetentionParts {
  storage: Storage;
  clock: Clock;
  log: Log;
  instruments: Pick<Instruments, "storedImageBytes">;
  rules: () => RetentionRules;
}

const everyMs = 5 * 60_000;
const firstAfterMs = 10_000;
const dayMs = 24 * 60 * 60_000;
/** Rows in one statement: live writes get their turn between two of them. */
const perStep = 200;

/** Deletes what is past its time or over its size, oldest first, every few minutes. */
export function startRetention(parts: RetentionParts): { runOnce(): Promise<void>; close(): Promise<void> } {
  const { clock, log } = parts;
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let cancel = clock.after(firstAfterMs, tick);

  function tick(): void {
    running = runOnce().then(() => {
      if (!closing.signal.aborted) cancel = clock.after(everyMs, tick);
    });
  }

  async function runOnce(): Promise<void> {
    try {
      await prune(parts, closing.signal);
    } catch (error) {
      if (closing.signal.aborted || error instanceof StorageUnavailable) return;
      log.error({ err: error }, "old predictions could not be deleted");
    }
  }

  return {
    runOnce,
    async close() {
      cancel();
      closing.abort();
      await running;
    },
  };
}

async function prune({ storage, clock, instruments, rules }: RetentionParts, signal: AbortSignal): Promise<void> {
  const { imageDays, imageMaxBytes, predictionDays } = rules();
  const { db } = storage;
  const wall = clock.wall();

  async function repeat(step: () => Promise<number>): Promise<void> {
    while (!signal.aborted && (await step()) === perStep) await sleep(clock, 20, signal);
  }

  await repeat(() => deleteImages(storage, wall - imageDays * dayMs));
  await repeat(() => deletePredictions(storage, wall - predictionDays * dayMs));

  const { total } = await db
    .selectFrom("image_bytes")
    .select(({ fn }) => fn.sum<number | null>("bytes").as("total"))
    .executeTakeFirstOrThrow();
  let left = total ?? 0;
  await repeat(async () => {
    if (left <= imageMaxBytes) return 0;
    const oldest = await oldestImages(storage, wall);
    let count = 0;
    for (const { content, n, bytes } of oldest) {
      if (left <= imageMaxBytes) break;
      await db.deleteFrom("image_bytes").where("content", "=", content).where("n", "=", n).execute();
      left -= bytes;
      count += 1;
    }
    return count;
  });
  instruments.storedImageBytes.set(left);
}

function oldestImages({ db }: Storage, beforeMs: number) {
  return db
    .selectFrom("image_bytes")
    .select(["content", "n", "bytes"])
    .where("stored_ms", "<=", beforeMs)
    .orderBy("stored_ms")
    .limit(perStep)
    .execute();
}

async function deleteImages(storage: Storage, beforeMs: number): Promise<number> {
  const old = await oldestImages(storage, beforeMs);
  const contents = [...new Set(old.map(({ content }) => content))];
  if (contents.length > 0) {
    await storage.db
      .deleteFrom("image_bytes")
      .where("content", "in", contents)
      .where("stored_ms", "<=", beforeMs)
      .execute();
  }
  return old.length;
}

/** Garments go with all that hangs on their photos, unless these have been labelled. */
async function deletePredictions({ db }: Storage, beforeMs: number): Promise<number> {
  const old = await db
    .selectFrom("garments")
    .leftJoin("truths", "truths.content", "garments.content")
    .select(["garments.id", "garments.content"])
    .where("garments.created_ms", "<=", beforeMs)
    .where("truths.content", "is", null)
    .orderBy("garments.created_ms")
    .limit(perStep)
    .execute();
  if (old.length === 0) return 0;
  const contents = [...new Set(old.map(({ content }) => content))];
  await db.transaction().execute(async (tx) => {
    await tx
      .deleteFrom("garments")
      .where(
        "id",
        "in",
        old.map(({ id }) => id),
      )
      .execute();
    const alive = await tx
      .selectFrom("garments")
      .select("content")
      .distinct()
      .where("content", "in", contents)
      .execute();
    // One that was labelled since it was looked at stays, for its score has come of it.
    const labelled = await tx.selectFrom("truths").select("content").where("content", "in", contents).execute();
    const kept = new Set([...alive, ...labelled].map(({ content }) => content));
    const gone = contents.filter((content) => !kept.has(content));
    if (gone.length === 0) return;
    for (const table of ["image_bytes", "images", "answers", "wanted"] as const) {
      await tx.deleteFrom(table).where("content", "in", gone).execute();
    }
  });
  return old.length;
}
