import type { Kysely, Tables } from "../storage/index.ts";
import type { LabelKey } from "./label.ts";

/** For each set of keys whether any of them has a label; at most some thousands of keys at once. */
export async function areLabelled(db: Kysely<Tables>, keySets: readonly (readonly LabelKey[])[]): Promise<boolean[]> {
  const keys = [...new Set(keySets.flat().map(({ key }) => key))];
  if (keys.length === 0) return keySets.map(() => false);
  const rows = await db
    .selectFrom("labels")
    .select(["key_kind", "key"])
    .distinct()
    .where("key", "in", keys)
    .where("key_kind", "in", ["request_id", "sample_id", "image_sha256"])
    .execute();
  const known = new Set(rows.map(({ key_kind: kind, key }) => `${kind} ${key}`));
  return keySets.map((set) => set.some(({ keyKind, key }) => known.has(`${keyKind} ${key}`)));
}
