import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLedger } from "../../../src/backends/ledger.ts";
import type { Booking } from "../../../src/backends/ledger.ts";

const work = fc.record({
  visionTokens: fc.oneof(fc.integer({ min: -5, max: 5000 }), fc.constant(Number.NaN), fc.constant(Infinity)),
  textTokens: fc.oneof(fc.nat(5000), fc.double()),
});

const step = fc.oneof(
  fc.record({ do: fc.constant("book" as const), work }),
  fc.record({ do: fc.constant("rebook" as const), at: fc.nat(20), work }),
  fc.record({ do: fc.constant("close" as const), at: fc.nat(20) }),
);

test("whatever is booked, rebooked and closed, and however often, the books never fall below zero and end at zero", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ledger = createLedger();
      const bookings: Booking[] = [];
      const open = new Set<Booking>();
      for (const each of steps) {
        const booking = each.do === "book" ? undefined : bookings[each.at];
        if (each.do === "book") {
          const opened = ledger.book(each.work);
          bookings.push(opened);
          open.add(opened);
        } else if (booking !== undefined && each.do === "rebook") {
          booking.rebook(each.work);
        } else if (booking !== undefined) {
          booking.close();
          open.delete(booking);
        }
        assert.equal(ledger.calls, open.size);
        assert.ok(ledger.tokens >= 0, String(ledger.tokens));
      }
      for (const booking of bookings) booking.close();
      assert.deepEqual([ledger.calls, ledger.tokens], [0, 0]);
    }),
  );
});

test("closing twice takes a call out once", () => {
  const ledger = createLedger();
  const first = ledger.book({ visionTokens: 300, textTokens: 100 });
  ledger.book({ visionTokens: 10, textTokens: 0 });
  first.close();
  first.close();
  first.rebook({ visionTokens: 9999, textTokens: 0 });
  assert.deepEqual([ledger.calls, ledger.tokens], [1, 10]);
});
