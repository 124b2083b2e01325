import { stableHash } from "../kernel/index.ts";

/** Everything that decides an answer, and nothing else: who asks, `sample_id` and `metadata` do not. */
export interface Content {
  /** The uploads in their order: models see them in order. `sha256` is of the uploaded bytes. */
  images: readonly { sha256: string; view: string }[];
  /** As asked, defaults applied. */
  target: { tier: string | null; model: string | null };
  /** Budget for each image that the caller asked for; null where it left that to the configuration. */
  visionTokens: number | null;
  /** Changes with every setting of the preparation that is not in this list: quality, default budgets, encoder. */
  preparationVersion: string;
  promptVersion: string;
  schemaVersion: string;
  /** Build fingerprints of the backends that may answer, in any order: a new build never gets an old one's answers. */
  fingerprints: readonly string[];
}

/** The key of an answer in the cache: 64 hex digits. Two requests with one key may be given the same answer. */
export function contentKey(content: Content): string {
  return stableHash({
    // Named one by one: a wider object passed in must not put a caller's own data into the key.
    images: content.images.map(({ sha256, view }) => ({ sha256, view })),
    target: { tier: content.target.tier, model: content.target.model },
    visionTokens: content.visionTokens,
    preparationVersion: content.preparationVersion,
    promptVersion: content.promptVersion,
    schemaVersion: content.schemaVersion,
    fingerprints: [...new Set(content.fingerprints)].sort(),
  });
}
