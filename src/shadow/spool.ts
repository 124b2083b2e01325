import { sql } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { ViewName } from "../../schemas/index.ts";
import type { Job } from "./job.ts";

/** Jobs that wait in the store, where they outlast pauses and restarts. */
export interface Spool {
  /** Puts jobs in whose images are stored; answers how many there was room for. */
  add(jobs: readonly Pick<Job, "content" | "backend" | "garmentId" | "inclusion" | "purpose">[]): Promise<number>;
  /** The oldest jobs for a backend that no gateway is at, with their images. They are this one's for `claimMs`. */
  next(backend: string, count: number, claimMs: number): Promise<Job[]>;
  /** Gives jobs back that were taken and not done. */
  release(ids: readonly number[]): Promise<void>;
  remove(ids: readonly number[]): Promise<void>;
  size(): Promise<number>;
  /** Forgets what is for none of these backends. */
  keepOnly(backends: readonly string[]): Promise<void>;
}

export function createSpool(
  { db, dialect }: Pick<Storage, "db" | "dialect">,
  maxSize: () => number,
  wall: () => number,
): Spool {
  async function size(): Promise<number> {
    const { count } = await db
      .selectFrom("wanted")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return count;
  }

  async function remove(ids: readonly number[]): Promise<void> {
    if (ids.length > 0) await db.deleteFrom("wanted").where("id", "in", ids).execute();
  }

  return {
    size,
    remove,
    async keepOnly(backends) {
      await db.deleteFrom("wanted").where("backend", "not in", backends).execute();
    },
    async release(ids) {
      if (ids.length > 0) await db.updateTable("wanted").set({ claimed_until_ms: 0 }).where("id", "in", ids).execute();
    },
    async add(jobs) {
      const room = Math.max(0, maxSize() - (await size()));
      const rows = jobs.slice(0, room).map(({ content, backend, garmentId, inclusion, purpose }) => {
        const reason = purpose === "backfill" ? "backfill" : "spooled";
        return { content, backend, garment_id: garmentId, reason, inclusion, created_ms: wall(), claimed_until_ms: 0 };
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
    async next(backend, count, claimMs) {
      const now = wall();
      const rows = await db
        .updateTable("wanted")
        .set({ claimed_until_ms: now + claimMs })
        .where(({ eb, selectFrom }) =>
          eb(
            "id",
            "in",
            selectFrom("wanted as free")
              .select("free.id")
              .where("free.backend", "=", backend)
              .where("free.claimed_until_ms", "<=", now)
              .orderBy("free.id")
              .limit(count)
              // Several gateways take at once: each passes by what another is about to take.
              .$if(dialect === "postgres", (query) => query.forUpdate().skipLocked()),
          ),
        )
        .returningAll()
        .execute();
      const photos = await readPhotos(
        db,
        rows.map(({ content }) => content),
      );
      const jobs = rows
        .sort((a, b) => a.id - b.id)
        .flatMap((row): Job[] => {
          const own = photos.get(row.content) ?? [];
          const [first] = own;
          if (first === undefined) return [];
          return [
            {
              content: row.content,
              garmentId: row.garment_id,
              backend,
              purpose: row.reason === "backfill" ? "backfill" : "mirror",
              images: own,
              preparation: first.preparation,
              inclusion: row.inclusion,
              failures: 0,
              refusals: 0,
              hasImages: true,
              spoolId: row.id,
            },
          ];
        });
      // Their photos are past their time: there is nothing left to ask about.
      const kept = new Set(jobs.map(({ spoolId }) => spoolId));
      await remove(rows.map(({ id }) => id).filter((id) => !kept.has(id)));
      return jobs;
    },
  };
}

/** The prepared images of contents, in order, as they were sent. */
export async function readPhotos(db: Storage["db"], contents: readonly string[]) {
  if (contents.length === 0) return new Map<string, Photo[]>();
  const rows = await db
    .selectFrom("image_bytes")
    .innerJoin("images", (join) =>
      join.onRef("images.content", "=", "image_bytes.content").onRef("images.n", "=", "image_bytes.n"),
    )
    .select(["image_bytes.content", "images.view", "jpeg", "vision_tokens", "preparation"])
    .where("image_bytes.content", "in", contents)
    .orderBy("image_bytes.n")
    .execute();
  const photos = rows.map(({ content, view, jpeg, vision_tokens: visionTokens, preparation }): Photo => ({
    content,
    view: view as ViewName,
    jpeg: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength),
    visionTokens,
    preparation,
  }));
  return Map.groupBy(photos, ({ content }) => content);
}

interface Photo {
  content: string;
  view: ViewName;
  jpeg: Buffer;
  visionTokens: number;
  preparation: string;
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
