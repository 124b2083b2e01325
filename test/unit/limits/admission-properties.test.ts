import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Ticket } from "../../../src/limits/index.ts";
import { settle, setUp } from "./entry.ts";

const which = fc.nat(30);
const commands = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("enter" as const),
        priority: fc.constantFrom("interactive" as const, "bulk" as const),
        bytes: fc.nat(300),
        deadlineMs: fc.constantFrom(20, 200, 100_000),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("await" as const), which }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("release" as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("abort" as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("grow" as const), which, bytes: fc.nat(300) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.nat(60) }) },
  ),
  { maxLength: 80, size: "max" },
);

/** What became of the promise of a ticket's `awaitSlot`. */
type Fate = "none" | "waiting" | "granted" | "refused";

test("whatever happens, each ticket is granted, refused or abandoned exactly once and every count returns to zero", async () => {
  const limits = fc.record({ maxInFlight: fc.integer({ min: 1, max: 4 }), maxQueue: fc.nat(10) });
  await fc.assert(
    fc.asyncProperty(commands, limits, async (steps, { maxInFlight, maxQueue }) => {
      const maxBytesInFlight = 1000;
      const { admission, clock, outcomes, enter } = setUp({ maxInFlight, maxQueue, maxBytesInFlight });
      const tickets: { ticket: Ticket & { deadline: { abort(reason: Error): void } }; fate: Fate; priority: string }[] =
        [];
      const grants: Record<string, number[]> = { interactive: [], bulk: [] };
      let asked = 0;
      let entered = 0;

      for (const step of steps) {
        const one = "which" in step ? tickets[step.which % Math.max(1, tickets.length)] : undefined;
        if (step.do === "enter") {
          entered += 1;
          try {
            tickets.push({ ticket: enter(step), fate: "none", priority: step.priority });
          } catch {
            // Shed: its outcome has been told.
          }
        } else if (step.do === "advance") {
          clock.advance(step.ms);
        } else if (one !== undefined) {
          if (step.do === "release") one.ticket.release();
          if (step.do === "abort") one.ticket.deadline.abort(new Error("gone"));
          if (step.do === "grow") {
            try {
              one.ticket.addBytes(step.bytes);
            } catch {
              // Shed.
            }
          }
          if (step.do === "await" && one.fate === "none") {
            one.fate = "waiting";
            const number = asked++;
            one.ticket.awaitSlot().then(
              () => {
                one.fate = "granted";
                grants[one.priority]?.push(number);
              },
              () => {
                one.fate = "refused";
              },
            );
          }
        }
        await settle();
        const queued = admission.queued.interactive + admission.queued.bulk;
        assert.ok(admission.inFlight >= 0 && admission.inFlight <= maxInFlight);
        assert.ok(queued <= maxQueue, "the queue is bounded");
        assert.ok(admission.reading >= 0);
        assert.ok(admission.bytes >= 0 && admission.bytes <= maxBytesInFlight, "bytes are bounded");
        assert.ok(queued === 0 || admission.inFlight === maxInFlight, "nobody waits beside a free place");
        assert.equal(tickets.filter(({ fate }) => fate === "waiting").length, queued, "whoever waits is in the queue");
      }

      // Each release can grant a place to the next: as often as there are tickets.
      for (const _ of tickets) for (const { ticket } of tickets) ticket.release();
      await settle();
      assert.deepEqual(
        [admission.inFlight, admission.reading, admission.queued, admission.bytes, admission.pressure()],
        [0, 0, { interactive: 0, bulk: 0 }, 0, 0],
      );
      assert.equal(outcomes.length, entered, "one outcome a ticket");
      assert.equal(
        outcomes.filter((outcome) => outcome === "admitted" || outcome === "queued").length,
        tickets.filter(({ fate }) => fate === "granted").length,
      );
      assert.deepEqual(
        tickets.filter(({ fate }) => fate === "waiting"),
        [],
        "no promise is left unsettled",
      );
      for (const numbers of Object.values(grants)) {
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
          "in the order of arrival within a priority",
        );
      }
    }),
    { numRuns: 150 },
  );
});
