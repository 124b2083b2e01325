import { createLinkedQueue } from "../kernel/index.ts";
import { StorageUnavailable } from "./errors.ts";

/** Gives one connection to one query or transaction at a time, in the order in which they came. */
export interface ConnectionLine {
  /** Waits for the connection. @throws StorageUnavailable `timeout` where too many wait already */
  enter(): Promise<void>;
  /** Gives it to the next. */
  leave(): void;
}

/** Creates a line in which at most `maxWaiting` wait: whoever comes later would wait longer than anybody wants to. */
export function createConnectionLine(maxWaiting: number): ConnectionLine {
  const waiting = createLinkedQueue<() => void>();
  let isTaken = false;
  return {
    async enter() {
      if (!isTaken) {
        isTaken = true;
        return;
      }
      if (waiting.size >= maxWaiting) {
        throw new StorageUnavailable("timeout", `${maxWaiting} queries wait for the database already`);
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) isTaken = false;
      else next();
    },
  };
}
