import type { TestContext } from "node:test";
import { createCanonicaliser } from "../../src/attributes/index.ts";
import { createLabels } from "../../src/labels/index.ts";
import type { Labels, LabelsDeps } from "../../src/labels/index.ts";
import { openStorage } from "../../src/storage/index.ts";
import type { Storage } from "../../src/storage/index.ts";

const { canonicalise } = createCanonicaliser();

/** Labels over a store, closed with the test. */
export async function openLabels(
  t: TestContext,
  change: Partial<LabelsDeps> = {},
  url = "sqlite::memory:",
): Promise<{ labels: Labels; storage: Storage }> {
  const storage = await openQuietly(t, url);
  return { labels: createLabels({ storage, canonicalise, wall: () => 1_700_000_000_000, ...change }), storage };
}

async function openQuietly(t: TestContext, url: string): Promise<Storage> {
  const quiet = () => {};
  const storage = await openStorage(url, {
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  t.after(() => storage.close());
  return storage;
}

/** Bytes in pieces, as a stream gives them. */
export async function* pieces(text: string, size = 1000): AsyncGenerator<Buffer, void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Labels as NDJSON. */
export function ndjson(labels: readonly object[]): string {
  return labels.map((label) => `${JSON.stringify(label)}\n`).join("");
}

/** A garment that was answered, so that labels join it. */
export async function addGarment(
  { db }: Storage,
  { id, content = `content of ${id}`, sampleId = null, sha256 = "0".repeat(64) }: AddedGarment,
): Promise<void> {
  await db
    .insertInto("garments")
    .values({
      id,
      content,
      sample_id: sampleId,
      metadata: null,
      created_ms: 0,
      arm_id: "arm",
      cache: "miss",
      tier: null,
      degraded: null,
      attributes: "{}",
      confidence: "{}",
    })
    .execute();
  await db
    .insertInto("images")
    .values({ content, n: 0, view: "front", sha256, width: 1, height: 1 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

interface AddedGarment {
  id: string;
  content?: string;
  sampleId?: string | null;
  sha256?: string;
}
