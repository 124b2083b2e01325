import { sql } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { ViewName } from "../../schemas/index.ts";
import type { Job } from "./job.ts";

/** Jobs that wait in the store, where they outlast pauses and restarts. */
export interface Spool {
  /** Puts jobs in whose images are stored; answers how many there was room for. */
  add(
    jobs: readonly Pick<Job, "content" | "backend" | "garmentId" | "inclusion" | "purpose">[],
    nowMs: number,
  ): Promise<number>;
  /** The oldest jobs for a backend, with their images, but for those named. */
  next(backend: string, count: number, except: ReadonlySet<number>): Promise<Job[]>;
  remove(ids: readonly number[]): Promise<void>;
  size(): Promise<number>;
  /** Forgets what is for none of these backends. */
  keepOnly(backends: readonly string[]): Promise<void>;
}

/** How many rows are looked at beyond those that are under way already. */
const maxRows = 64;

export function createSpool({ db }: Pick<Storage, "db">, maxSize: () => number): Spool {
  async function size(): Promise<number> {
    const { count } = await db
      .selectFrom("wanted")
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  return {
    size,
    async keepOnly(backends) {
      await db.deleteFrom("wanted").where("backend", "not in", backends).execute();
    },
    async add(jobs, nowMs) {
      const room = Math.max(0, maxSize() - (await size()));
      const rows = jobs.slice(0, room).map(({ content, backend, garmentId, inclusion, purpose }) => {
        const reason = purpose === "backfill" ? "backfill" : "spooled";
        return { content, backend, garment_id: garmentId, reason, inclusion, created_ms: nowMs, tries: 0 };
      });
      if (rows.length > 0) {
        await db
          .insertInto("wanted")
          .values(rows)
          .onConflict((on) => on.columns(["content", "backend"]).doNothing())
          .execute();
      }
      return rows.length;
    },
    async next(backend, count, except) {
      const rows = await db
        .selectFrom("wanted")
        .selectAll()
        .where("backend", "=", backend)
        .orderBy("id")
        .limit(Math.min(count + except.size, maxRows))
        .execute();
      const free = rows.filter(({ id }) => !except.has(id)).slice(0, count);
      if (free.length === 0) return [];
      const images = await db
        .selectFrom("image_bytes")
        .innerJoin("images", (join) =>
          join.onRef("images.content", "=", "image_bytes.content").onRef("images.n", "=", "image_bytes.n"),
        )
        .select(["image_bytes.content", "images.view", "jpeg", "vision_tokens", "preparation"])
        .where(
          "image_bytes.content",
          "in",
          free.map(({ content }) => content),
        )
        .orderBy("image_bytes.n")
        .execute();
      const byContent = Map.groupBy(images, ({ content }) => content);
      const jobs: Job[] = [];
      for (const row of free) {
        const own = byContent.get(row.content) ?? [];
        const [first] = own;
        if (first === undefined) {
          // Its photos are past their time: there is nothing left to ask about.
          await db.deleteFrom("wanted").where("id", "=", row.id).execute();
          continue;
        }
        jobs.push({
          content: row.content,
          garmentId: row.garment_id,
          backend,
          purpose: row.reason === "backfill" ? "backfill" : "mirror",
          images: own.map(({ view, jpeg, vision_tokens: visionTokens }) => {
            return {
              view: view as ViewName,
              jpeg: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength),
              visionTokens,
            };
          }),
          preparation: first.preparation,
          inclusion: row.inclusion,
          failures: 0,
          interruptions: row.tries,
          hasImages: true,
          spoolId: row.id,
        });
      }
      return jobs;
    },
    async remove(ids) {
      await db.deleteFrom("wanted").where("id", "in", ids).execute();
    },
  };
}

/** Adds to what became of mirrored calls, by the hour; adding the same hour again adds up. */
export async function addCoverage(
  { db }: Pick<Storage, "db">,
  rows: readonly { hour_ms: number; backend: string; outcome: string; count: number }[],
): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto("coverage")
    .values([...rows])
    .onConflict((on) =>
      on.columns(["hour_ms", "backend", "outcome"]).doUpdateSet({ count: sql`coverage.count + excluded.count` }),
    )
    .execute();
}
