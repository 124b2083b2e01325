/** Writes one after the other, each of everything that came while the one before was under way. */
export interface Batches<T> {
  /** Resolves or rejects with the write that the item is part of. */
  add(item: T): Promise<void>;
  /** Items that no write has taken yet. */
  readonly waiting: number;
}

/** A commit costs a disk's sync however much is in it: one for each item would hold up everything else in the store. */
export function createBatches<T>(write: (items: readonly T[]) => Promise<void>): Batches<T> {
  let next: { items: T[]; written: PromiseWithResolvers<void> } | null = null;
  let isWriting = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    for (let batch = next; batch !== null; batch = next) {
      next = null;
      await write(batch.items).then(batch.written.resolve, batch.written.reject);
    }
    isWriting = false;
  }

  return {
    add(item) {
      next ??= { items: [], written: Promise.withResolvers<void>() };
      next.items.push(item);
      const { promise } = next.written;
      if (!isWriting) void writeAll();
      return promise;
    },
    get waiting() {
      return next?.items.length ?? 0;
    },
  };
}
