import { startDeadline } from "../../../src/kernel/index.ts";
import type { Deadline } from "../../../src/kernel/index.ts";
import { createAdmission } from "../../../src/limits/index.ts";
import type { Admission, AdmissionOptions, AdmissionOutcome, Entry, Ticket } from "../../../src/limits/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import type { ManualClock } from "../../support/manual-clock.ts";

/** An admission on a clock that stands still, with what it told about its tickets. */
export interface Setup {
  admission: Admission;
  clock: ManualClock;
  outcomes: AdmissionOutcome[];
  enter: (entry?: Partial<Entry> & { deadlineMs?: number }) => Ticket & { deadline: Deadline };
  /** Takes a place at once. */
  work: () => Promise<Ticket>;
}

export function setUp(options: Partial<AdmissionOptions> = {}): Setup {
  const clock = createManualClock();
  const outcomes: AdmissionOutcome[] = [];
  const admission = createAdmission({
    clock,
    maxInFlight: 2,
    maxQueue: 8,
    maxBytesInFlight: 1_000_000,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...options,
  });
  function enter({ deadlineMs = 1e9, bytes = 100, priority = "interactive" }: Parameters<Setup["enter"]>[0] = {}) {
    const deadline = startDeadline(clock, deadlineMs, () => new Error("too late"));
    return { ...admission.enter({ bytes, priority, deadline }), deadline };
  }
  async function work() {
    const ticket = enter();
    await ticket.awaitSlot();
    return ticket;
  }
  return { admission, clock, outcomes, enter, work };
}

/** Lets everything that is ready to settle do so. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The Retry-After of the `overloaded` that was thrown. */
export function retryAfter(act: () => unknown): number | undefined {
  try {
    act();
  } catch (error) {
    return (error as { retryAfterSeconds?: number }).retryAfterSeconds;
  }
  throw new Error("nothing was refused");
}
