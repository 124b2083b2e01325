import { createLinkedQueue, createTurns, turnsPerBulkTurn } from "../kernel/index.ts";
import type { Priority } from "../kernel/index.ts";

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
  const turns = createTurns();

  return {
    push: (priority, value) => (priority === "bulk" ? bulk : interactive).push(value),
    take() {
      const isBulks = bulk.size > 0 && (interactive.size === 0 || turns.isBulksTurn);
      turns.taken(isBulks ? "bulk" : "interactive", bulk.size > 0);
      return isBulks ? bulk.shift() : interactive.shift();
    },
    turnsFor(priority) {
      if (priority === "interactive") return interactive.size + 1;
      return Math.min(interactive.size + bulk.size + 1, turnsPerBulkTurn * (bulk.size + 1));
    },
    get waiting() {
      return { interactive: interactive.size, bulk: bulk.size };
    },
  };
}
