import { createBoundedStore } from "./bounded-store.ts";
import type { StoreLimits } from "./bounded-store.ts";

export type { StoreLimits } from "./bounded-store.ts";

/** Answers by content key, as JSON text: its size is known, and nobody can change what another will get. */
export interface AnswerCache {
  /** The stored JSON text, or undefined where there is none or it is too old. */
  get(key: string): string | undefined;
  /** Stores or replaces; false where the text is larger than the whole cache may be. */
  set(key: string, text: string): boolean;
  /** Answers held, those past their age included until they are asked for or make room. */
  readonly entries: number;
  /** Bytes of keys and texts (UTF-8) held, always within `maxBytes`. */
  readonly bytes: number;
}

/** Creates an empty cache. An answer of one garment takes about 1.5 KB. */
export function createAnswerCache(limits: StoreLimits): AnswerCache {
  const store = createBoundedStore<{ text: string }>(limits);
  return {
    get: (key) => store.get(key)?.text,
    set: (key, text) => store.set(key, { text }, Buffer.byteLength(text)),
    get entries() {
      return store.entries;
    },
    get bytes() {
      return store.bytes;
    },
  };
}
