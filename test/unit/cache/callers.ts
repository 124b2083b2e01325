import { setImmediate } from "node:timers/promises";
import type { TimeLeft } from "../../../src/cache/index.ts";

/** Somebody who waits, and can leave. */
export interface Caller extends TimeLeft {
  leave(reason?: Error): void;
}

export function createCaller(remainingMs = 1000): Caller {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    remainingMs: () => remainingMs,
    leave: (reason = new Error("left")) => controller.abort(reason),
  };
}

/** Work that ends when the test says so. */
export interface Job<T> {
  work: (timeLeft: TimeLeft) => Promise<T>;
  /** What each run was handed; its length says how often the work ran. */
  runs: TimeLeft[];
  succeed(value: T): void;
  fail(error: Error): void;
}

export function createJob<T>(): Job<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const runs: TimeLeft[] = [];
  return {
    work: (timeLeft) => {
      runs.push(timeLeft);
      return promise;
    },
    runs,
    succeed: resolve,
    fail: reject,
  };
}

/** How a promise stands after everything that can happen now has happened. */
export async function stateOf(promise: Promise<unknown>): Promise<"pending" | "fulfilled" | "rejected"> {
  let state: "pending" | "fulfilled" | "rejected" = "pending";
  promise.then(
    () => (state = "fulfilled"),
    () => (state = "rejected"),
  );
  await setImmediate();
  return state;
}
