import { LRUCache } from "lru-cache";
import type { Clock } from "../kernel/index.ts";

export interface StoreLimits {
  maxEntries: number;
  /** Most bytes of all entries together, keys included; an entry larger than this is not stored. */
  maxBytes: number;
  /** How long an entry lives, in whole milliseconds; it is still there at this age, and gone past it. */
  ttlMs: number;
  clock: Clock;
}

/** A map with three limits: entries, bytes, age. What was used least recently leaves first. */
export interface BoundedStore<V> {
  /** The live entry, which becomes the most recently used one; its age stays what it is. */
  get(key: string): V | undefined;
  /** Stores an entry of `byteLength` bytes beside its key; false where it is too large to be stored at all. */
  set(key: string, value: V, byteLength: number): boolean;
  readonly entries: number;
  readonly bytes: number;
}

export function createBoundedStore<V extends object>(limits: StoreLimits): BoundedStore<V> {
  const { maxEntries, maxBytes, ttlMs, clock } = limits;
  const store = new LRUCache<string, V>({
    max: maxEntries,
    maxSize: maxBytes,
    ttl: ttlMs,
    // lru-cache reads a start of 0 as "lives for ever", and a clock may begin at 0.
    perf: { now: () => clock.now() + 1 },
    // Otherwise it keeps the time for a millisecond by a timer of its own.
    ttlResolution: 0,
  });
  return {
    get: (key) => store.get(key),
    set(key, value, byteLength) {
      const size = Buffer.byteLength(key) + byteLength;
      if (size > maxBytes) return false;
      store.set(key, value, { size });
      return true;
    },
    get entries() {
      return store.size;
    },
    get bytes() {
      return store.calculatedSize;
    },
  };
}
