import { createLinkedQueue } from "./linked-queue.ts";

/** At most `limit` holders at a time; the others wait in order of arrival. */
export interface Semaphore {
  /**
   * Runs `work` when a place is free. A waiter whose signal aborts leaves the queue at once and rejects with the
   * signal's reason; work that has begun is not interrupted.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  readonly active: number;
  readonly waiting: number;
}

/** Creates a semaphore with `limit` places (at least 1). */
export function createSemaphore(limit: number): Semaphore {
  const queue = createLinkedQueue<() => void>();
  let active = 0;

  function release(): void {
    active -= 1;
    queue.shift()?.();
  }

  function acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (active < limit) {
      active += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener("abort", leave);
        active += 1;
        resolve();
      };
      const takeOut = queue.push(enter);
      const leave = (): void => {
        takeOut();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  return {
    async run(work, signal) {
      await acquire(signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
    get active() {
      return active;
    },
    get waiting() {
      return queue.size;
    },
  };
}
