import type { Clock } from "./clock.ts";

/** The one time limit of a request, shared by everything done for it. */
export interface Deadline {
  /** Aborts when the time is up or the caller has gone; its reason is the error given for that case. */
  readonly signal: AbortSignal;
  /** Milliseconds left, never negative. */
  remainingMs(): number;
  /** Moves the end closer: `totalMs` counts from the deadline's start. It is never moved further away. */
  narrow(totalMs: number): void;
  /** Ends early for another reason (the caller has gone). */
  abort(reason: Error): void;
  /** Stops the timer. Call it when the request is over. */
  dispose(): void;
}

/** Starts a deadline of `totalMs`; `onExpiry` makes the reason with which its signal aborts. */
export function startDeadline(clock: Clock, totalMs: number, onExpiry: () => Error): Deadline {
  const controller = new AbortController();
  const start = clock.now();
  let end = start + totalMs;
  let cancel = clock.after(totalMs, expire);

  function expire(): void {
    controller.abort(onExpiry());
  }

  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, end - clock.now()),
    narrow(newTotalMs) {
      if (start + newTotalMs >= end) return;
      end = start + newTotalMs;
      cancel();
      cancel = clock.after(Math.max(0, end - clock.now()), expire);
    },
    abort(reason) {
      cancel();
      controller.abort(reason);
    },
    dispose: () => cancel(),
  };
}
