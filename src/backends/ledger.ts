import { tokensOf } from "./work.ts";
import type { Work } from "./work.ts";

/** A booked call. */
export interface Booking {
  /** What the call costs after all; without effect once it is closed. */
  rebook(work: Work): void;
  /** Takes the call out of the books. Calling it again does nothing. */
  close(): void;
}

/** The calls that a backend has in flight, and their work in tokens. */
export interface Ledger {
  book(work: Work): Booking;
  readonly calls: number;
  readonly tokens: number;
}

/**
 * Each booking subtracts what itself has added, once: there is no way to take more out than was put in, so neither
 * figure can drift or fall below zero, whatever order calls end in.
 */
export function createLedger(): Ledger {
  let calls = 0;
  let tokens = 0;

  return {
    book(work) {
      let isOpen = true;
      let own = tokensOf(work);
      calls += 1;
      tokens += own;
      return {
        rebook(changed) {
          if (!isOpen) return;
          tokens -= own;
          own = tokensOf(changed);
          tokens += own;
        },
        close() {
          if (!isOpen) return;
          isOpen = false;
          calls -= 1;
          tokens -= own;
        },
      };
    },
    get calls() {
      return calls;
    },
    get tokens() {
      return tokens;
    },
  };
}
