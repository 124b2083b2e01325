/** How urgently work is wanted: while somebody waits for it, or some time. */
export type Priority = "interactive" | "bulk";

/** After this many interactive turns in a row, the next one is bulk's. */
const interactiveTurns = 7;

/** While bulk waits, at least one turn in so many is bulk's. */
export const turnsPerBulkTurn = interactiveTurns + 1;

/** Whose turn it is where interactive goes first and bulk must not starve; the same rule wherever work waits. */
export interface Turns {
  /** Interactive has had all the turns in a row that it may have while bulk waits. */
  readonly isBulksTurn: boolean;
  /** Somebody had a turn. Turns count against bulk only while bulk is there to wait for them. */
  taken(by: Priority, isBulkWaiting: boolean): void;
}

export function createTurns(): Turns {
  let inARow = 0;
  return {
    get isBulksTurn() {
      return inARow >= interactiveTurns;
    },
    taken(by, isBulkWaiting) {
      inARow = by === "bulk" || !isBulkWaiting ? 0 : inARow + 1;
    },
  };
}
