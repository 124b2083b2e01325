import { createLinkedQueue } from "./linked-queue.ts";

export type Priority = "interactive" | "bulk";

/** After this many interactive turns in a row, the next one is bulk's. */
const interactiveTurns = 7;

/**
 * Two queues with one head. Interactive goes before bulk; while bulk waits, at least every eighth turn is bulk's, so the
 * n-th in the bulk queue has its turn within 8 n turns. Within a priority the order of arrival holds.
 */
export interface WaitingLine<T> {
  /** The returned function leaves the line and does nothing once the turn has come. */
  push(priority: Priority, value: T): () => void;
  /** Whose turn it is. */
  take(): T | undefined;
  /** The fewest turns that a newcomer waits for, its own included: as if nobody else came after it. */
  turnsFor(priority: Priority): number;
  readonly waiting: Readonly<Record<Priority, number>>;
}

export function createWaitingLine<T>(): WaitingLine<T> {
  const interactive = createLinkedQueue<T>();
  const bulk = createLinkedQueue<T>();
  let turnsInARow = 0;

  return {
    push: (priority, value) => (priority === "bulk" ? bulk : interactive).push(value),
    take() {
      const isBulksTurn = bulk.size > 0 && (interactive.size === 0 || turnsInARow >= interactiveTurns);
      // Turns count against bulk only while bulk is there to wait for them.
      turnsInARow = isBulksTurn || bulk.size === 0 ? 0 : turnsInARow + 1;
      return isBulksTurn ? bulk.shift() : interactive.shift();
    },
    turnsFor(priority) {
      if (priority === "interactive") return interactive.size + 1;
      return Math.min(interactive.size + bulk.size + 1, (interactiveTurns + 1) * (bulk.size + 1));
    },
    get waiting() {
      return { interactive: interactive.size, bulk: bulk.size };
    },
  };
}
