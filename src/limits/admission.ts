import type { Clock, Deadline, GatewayError, Priority } from "../kernel/index.ts";
import { createAllowance } from "./allowance.ts";
import { overloaded } from "./errors.ts";
import { createHoldTime } from "./hold-time.ts";
import { createWaitingLine } from "./waiting-line.ts";

export interface AdmissionLimits {
  /** Requests worked on at once; at least 1. */
  maxInFlight: number;
  /** Requests beyond those that may be read or wait. */
  maxQueue: number;
  /** Bytes of request bodies held at once. */
  maxBytesInFlight: number;
}

/**
 * How a ticket ended up; each gets exactly one.
 * - `admitted`: got a place at once
 * - `queued`: got a place after a wait
 * - `shed_queue_full`, `shed_bytes`: refused before its body was read, or while it was
 * - `shed_deadline`: refused because it could not have been done in time
 * - `abandoned`: went before its turn: the caller left, the deadline passed, or the request was refused for its own sake
 */
const admissionOutcomes = [
  "admitted",
  "queued",
  "shed_queue_full",
  "shed_bytes",
  "shed_deadline",
  "abandoned",
] as const;

export type AdmissionOutcome = (typeof admissionOutcomes)[number];

export interface AdmissionOptions extends AdmissionLimits {
  clock: Clock;
  /** Milliseconds that a request which gets a place now would wait at the backends before one of them begins. */
  estimateWaitMs?: () => number;
  /** Told once for each ticket. */
  onOutcome?: (outcome: AdmissionOutcome, priority: Priority) => void;
}

/** A request at the door. */
export interface Entry {
  /** Declared size of its body; 0 where it is not known yet, and then `addBytes` tells. */
  bytes: number;
  priority: Priority;
  deadline: Pick<Deadline, "signal" | "remainingMs">;
}

/** The right to be read, then to wait for a place, then to hold it. Nothing is freed until it is released. */
export interface Ticket {
  /**
   * More of the body has come than was declared. Throws `overloaded`, and has left, where that is too much. It counts
   * nothing once the body has been read.
   */
  addBytes(amount: number): void;
  /**
   * Resolves when a place is free: at once, or in its turn. Rejects with `overloaded` where the deadline cannot be met, and
   * with the signal's reason as soon as that aborts. Call it once, when the body and the options are read.
   */
  awaitSlot(): Promise<void>;
  /** Gives everything back. Calling it again does nothing. */
  release(): void;
}

/** Decides how much work is let in, before anything of it is decoded. Every operation takes constant time. */
export interface Admission {
  /** Throws `overloaded` with a Retry-After where there is no room. */
  enter(entry: Entry): Ticket;
  /** Changes limits while running: to follow what the fleet can carry, or a new configuration. Nobody is thrown out. */
  setLimits(limits: Partial<AdmissionLimits>): void;
  /** The fuller of requests and bytes, in 0..1; at 1 requests are shed. */
  pressure(): number;
  readonly inFlight: number;
  /** Entered and not yet at `awaitSlot`: their bodies are being read. */
  readonly reading: number;
  readonly queued: Readonly<Record<Priority, number>>;
  readonly bytes: number;
}

const minRetryAfterSeconds = 1;
const maxRetryAfterSeconds = 60;

export function createAdmission(options: AdmissionOptions): Admission {
  const { clock, estimateWaitMs = () => 0, onOutcome = () => {} } = options;
  let limits: AdmissionLimits = options;
  let inFlight = 0;
  const line = createWaitingLine<() => void>();
  const holds = createHoldTime(clock);
  const places = createAllowance(() => ({ limit: limits.maxInFlight + limits.maxQueue, divided: limits.maxQueue }));
  const bytes = createAllowance(() => ({ limit: limits.maxBytesInFlight, divided: limits.maxBytesInFlight }));

  const isFull = (): boolean => inFlight >= limits.maxInFlight;

  /** Waiting at the backends, behind our own places; what is no number is nothing. */
  const waitBehindMs = (): number => Math.max(0, estimateWaitMs()) || 0;

  /**
   * Whether a newcomer can be done in time, at the speed at which places come back now. One that has to wait will find its
   * work as slow as that of all others; one that need not may be quicker, and a slow past is not held against it.
   */
  function canBeDone({ deadline, priority }: Entry): boolean {
    const placesInTurn = line.turnsFor(priority) / limits.maxInFlight;
    const neededMs = isFull() ? placesInTurn * holds.holdMs(true) + holds.longHoldMs(true) : 0;
    return neededMs + waitBehindMs() <= deadline.remainingMs();
  }

  function shed(outcome: AdmissionOutcome, { priority }: Entry): GatewayError {
    onOutcome(outcome, priority);
    // When all who wait now have had their turn.
    const { interactive, bulk } = line.waiting;
    const drainMs = ((interactive + bulk + 1) * holds.holdMs(isFull())) / limits.maxInFlight + waitBehindMs();
    return overloaded(
      outcome === "shed_deadline"
        ? "There is more work than can be done before your deadline. Send the request again after the time in Retry-After, or with a larger deadline_ms."
        : "There is more work than the gateway can hold. Send the request again after the time in Retry-After.",
      { retryAfterSeconds: Math.min(maxRetryAfterSeconds, Math.max(minRetryAfterSeconds, Math.ceil(drainMs / 1000))) },
    );
  }

  function grantPlaces(): void {
    while (!isFull()) {
      const takeTurn = line.take();
      if (takeTurn === undefined) return;
      takeTurn();
    }
  }

  function enter(entry: Entry): Ticket {
    const { priority, deadline } = entry;
    if (deadline.signal.aborted) {
      onOutcome("abandoned", priority);
      throw deadline.signal.reason as Error;
    }
    if (!places.fits(priority, 1, 0)) throw shed("shed_queue_full", entry);
    if (!bytes.fits(priority, entry.bytes, 0)) throw shed("shed_bytes", entry);
    places.add(priority, 1);
    bytes.add(priority, entry.bytes);
    return openTicket(entry);
  }

  function openTicket(entry: Entry): Ticket {
    const { priority, deadline } = entry;
    let state: "reading" | "waiting" | "working" | "left" = "reading";
    let held = entry.bytes;
    let workingSince = 0;
    let stopWaiting = (_reason: Error): void => {};

    function leave(): void {
      state = "left";
      places.add(priority, -1);
      bytes.add(priority, -held);
    }

    function refuse(outcome: AdmissionOutcome): GatewayError {
      leave();
      return shed(outcome, entry);
    }

    function begin(outcome: AdmissionOutcome): void {
      state = "working";
      workingSince = clock.now();
      inFlight += 1;
      holds.taken();
      onOutcome(outcome, priority);
    }

    function abandon(reason: Error): void {
      const wasWaiting = state === "waiting";
      leave();
      onOutcome("abandoned", priority);
      if (wasWaiting) stopWaiting(reason);
    }

    function waitForTurn(): Promise<void> {
      state = "waiting";
      return new Promise((resolve, reject) => {
        const onAbort = (): void => abandon(deadline.signal.reason as Error);
        const leaveLine = line.push(priority, () => {
          deadline.signal.removeEventListener("abort", onAbort);
          // What can no longer be done in time would only take the place from one that can.
          if (holds.longHoldMs(false) + waitBehindMs() > deadline.remainingMs()) {
            reject(refuse("shed_deadline"));
            return;
          }
          begin("queued");
          resolve();
        });
        stopWaiting = (reason) => {
          deadline.signal.removeEventListener("abort", onAbort);
          leaveLine();
          reject(reason);
        };
        deadline.signal.addEventListener("abort", onAbort, { once: true });
      });
    }

    return {
      addBytes(amount) {
        if (state !== "reading") return;
        if (!bytes.fits(priority, amount, held)) throw refuse("shed_bytes");
        held += amount;
        bytes.add(priority, amount);
      },
      async awaitSlot() {
        if (state !== "reading") throw deadline.signal.reason ?? new Error("this ticket is not waiting to be used");
        if (deadline.signal.aborted) {
          abandon(deadline.signal.reason as Error);
          throw deadline.signal.reason;
        }
        if (!canBeDone(entry)) throw refuse("shed_deadline");
        if (isFull()) return waitForTurn();
        begin("admitted");
      },
      release() {
        if (state === "left") return;
        if (state !== "working") {
          abandon(new Error("the ticket was released while it waited"));
          return;
        }
        leave();
        inFlight -= 1;
        holds.givenBack(clock.now() - workingSince);
        grantPlaces();
      },
    };
  }

  return {
    enter,
    setLimits(changed) {
      limits = { ...limits, ...changed };
      limits.maxInFlight = Math.max(1, limits.maxInFlight);
      grantPlaces();
    },
    pressure: () =>
      Math.min(1, Math.max(places.used / (limits.maxInFlight + limits.maxQueue), bytes.used / limits.maxBytesInFlight)),
    get inFlight() {
      return inFlight;
    },
    get reading() {
      return places.used - inFlight - line.waiting.interactive - line.waiting.bulk;
    },
    get queued() {
      return line.waiting;
    },
    get bytes() {
      return bytes.used;
    },
  };
}
