import { EventEmitter } from "node:events";
import CircuitBreaker from "opossum";
import type { Clock } from "../kernel/index.ts";

export const circuitStates = ["closed", "half_open", "open"] as const;

/** `half_open`: open, and a handshake is under way that may close it. */
export type CircuitState = (typeof circuitStates)[number];

/** The share of failures among the outcomes that say anything about a backend. */
export interface Circuit {
  /** A success or a true failure. What is neither (client faults, 429, 503, aborts) is not recorded at all. */
  record(outcome: "success" | "failure"): void;
  /** Closes it with empty statistics. */
  close(): void;
  /** Ends it; it does nothing after that. */
  shutdown(): void;
}

interface CircuitOptions {
  clock: Clock;
  /** Too many of the recorded outcomes are failures. */
  onOpen(): void;
}

const windowMs = 30_000;
const buckets = 10;
/** Outcomes in the window below which nothing is concluded. */
const volumeThreshold = 10;
const errorThresholdPercentage = 50;
/** The longest time that a timer takes, 25 days: opossum is never to try by itself whether a backend is back. */
const neverMs = 2 ** 31 - 1;

/**
 * opossum, fed by hand. Outcomes are fired at it after the fact, so what is neutral never reaches its statistics: an
 * error that its `errorFilter` accepts would be counted as a success, and a success of that kind in its half-open state
 * would close it. That state is never entered: only `close` ends an open circuit, and only a passed handshake calls it.
 * Its window turns by our clock, when something is recorded, and needs no timer.
 */
export function createCircuit({ clock, onOpen }: CircuitOptions): Circuit {
  const rotation = new EventEmitter();
  const breaker = new CircuitBreaker(
    (outcome: "success" | "failure") =>
      outcome === "success" ? Promise.resolve() : Promise.reject(new Error("failure")),
    {
      timeout: false,
      resetTimeout: neverMs,
      volumeThreshold,
      errorThresholdPercentage,
      rollingCountTimeout: windowMs,
      rollingCountBuckets: buckets,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: rotation,
    },
  );
  breaker.on("open", onOpen);
  let turnedAt = clock.now();

  function turn(times: number): void {
    for (let i = 0; i < Math.min(times, buckets); i += 1) rotation.emit("rotate");
  }

  return {
    record(outcome) {
      const due = Math.floor((clock.now() - turnedAt) / (windowMs / buckets));
      if (due > 0) {
        turn(due);
        turnedAt += due * (windowMs / buckets);
      }
      breaker.fire(outcome).catch(() => {}); // Its outcome is known here already.
    },
    close() {
      breaker.close();
      turn(buckets);
    },
    shutdown: () => breaker.shutdown(),
  };
}
