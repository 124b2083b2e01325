import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createSlidingCount } from "../../../src/limits/sliding-count.ts";

const windowMs = 1000;

test("the exact number of the window lies between its two bounds, and they are a twentieth of it apart", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ pauseMs: fc.oneof(fc.nat(60), fc.constantFrom(49, 50, 51, 999, 1000, 5000)), events: fc.nat(3) }),
        {
          maxLength: 80,
          size: "max",
        },
      ),
      (steps) => {
        let nowMs = 0;
        const count = createSlidingCount(() => nowMs, windowMs);
        const events: number[] = [];
        const since = (ms: number) => events.filter((at) => at > nowMs - ms).length;
        for (const step of steps) {
          nowMs += step.pauseMs;
          for (let n = 0; n < step.events; n += 1) {
            count.add();
            events.push(nowMs);
          }
          assert.ok(count.atLeast() <= since(windowMs) && since(windowMs) <= count.atMost());
          assert.ok(count.atLeast() >= since(windowMs - 50) && count.atMost() <= since(windowMs + 50.001));
        }
      },
    ),
  );
});
