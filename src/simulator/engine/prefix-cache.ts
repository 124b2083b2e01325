import { LRUCache } from "lru-cache";
import { kvBlockTokens } from "./latency.ts";

/** Which blocks of 16 prompt tokens are already computed. Blocks are chained, so a hit needs every block before it. */
export interface PrefixCache {
  /** Tokens at the start of the prompt that need no computing; the last token always does. */
  lookUp(blockKeys: readonly number[], promptTokens: number): number;
  store(blockKeys: readonly number[]): void;
  clear(): void;
}

export function createPrefixCache(maxBlocks: number): PrefixCache {
  const blocks = new LRUCache<number, true>({ max: maxBlocks });
  return {
    lookUp(blockKeys, promptTokens) {
      let hits = 0;
      for (const key of blockKeys) {
        if (blocks.get(key) === undefined) break;
        hits += 1;
      }
      const usable = Math.min(hits, Math.floor((promptTokens - 1) / kvBlockTokens));
      return usable * kvBlockTokens;
    },
    store(blockKeys) {
      for (const key of blockKeys) blocks.set(key, true);
    },
    clear: () => blocks.clear(),
  };
}

/**
 * The chained keys of a prompt's full blocks. An image's placeholder tokens carry a number that stands for the image, so
 * that the chain breaks at the first image that differs.
 */
export function blockKeys(tokenIds: readonly number[]): number[] {
  const keys: number[] = [];
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let i = 0; i < tokenIds.length; i++) {
    const id = tokenIds[i]!;
    low = Math.imul(low ^ (id >>> 0), 0x01000193) >>> 0;
    high = Math.imul(high ^ Math.floor(id / 4294967296) ^ low, 0x85ebca6b) >>> 0;
    if ((i + 1) % kvBlockTokens === 0) keys.push((high >>> 11) * 4294967296 + low);
  }
  return keys;
}
