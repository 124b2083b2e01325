import assert from "node:assert/strict";
import test from "node:test";
import type { FieldName } from "../../../schemas/index.ts";
import { seededRandom } from "../../../src/kernel/index.ts";
import type { Random } from "../../../src/kernel/index.ts";
import { chiSquaredTail, kolmogorovSmirnov } from "../../../src/statistics/distributions.ts";
import { driftAlarms, fieldDrift } from "../../../src/statistics/index.ts";
import type { FieldDrift, FieldWindow } from "../../../src/statistics/index.ts";

function window(values: Record<string, number>, more: Partial<FieldWindow> = {}): FieldWindow {
  return { values: new Map(Object.entries(values)), nulls: 0, confidences: [], ...more };
}

function drawn(random: Random, shares: Record<string, number>, size = 400): FieldWindow {
  const values = new Map<string, number>();
  for (let at = 0; at < size; at++) {
    let u = random();
    const value = Object.keys(shares).find((name) => (u -= shares[name] as number) < 0) ?? "other";
    values.set(value, (values.get(value) ?? 0) + 1);
  }
  return { values, nulls: 20, confidences: Array.from({ length: size }, () => random() ** 0.5) };
}

test("the tail of chi-squared is that of the tables", () => {
  // 5 % points: 5.991 (2 degrees), 11.070 (5), 18.307 (10); 1 % point: 23.209 (10).
  for (const [value, degrees, tail] of [
    [5.991, 2, 0.05],
    [11.07, 5, 0.05],
    [18.307, 10, 0.05],
    [23.209, 10, 0.01],
  ] as const) {
    assert.ok(Math.abs(chiSquaredTail(value, degrees) - tail) < 0.002, `${value}, ${degrees}`);
  }
  assert.equal(chiSquaredTail(3, 0), 1);
});

test("the Kolmogorov-Smirnov distance is the largest gap between two distributions", () => {
  // 1, 2, 3, 4 against 3, 4, 5, 6: after 2, half of the first and none of the second.
  assert.equal(kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6]).distance, 0.5);
  assert.deepEqual(kolmogorovSmirnov([1, 1], [1, 1]), { distance: 0, pValue: 1 });
  assert.deepEqual(kolmogorovSmirnov([], [1]), { distance: 0, pValue: 1 });
  // The limit distribution has its 5 % point at 1.358: with 1,000 each that is a distance of 0.0604.
  const first = Array.from({ length: 1000 }, (_, at) => at);
  const { pValue } = kolmogorovSmirnov(
    first,
    first.map((value) => value + 60.5),
  );
  assert.ok(pValue > 0.04 && pValue < 0.06, `${pValue}`);
});

test("PSI of two windows, by hand", () => {
  const { psi, newValueRate, nullRate } = fieldDrift(
    window({ red: 50, blue: 50 }),
    window({ red: 80, blue: 10, green: 10 }, { nulls: 0 }),
  );
  // Smoothed shares: 50.5, 50.5, 0.5 of 101.5 and 80.5, 10.5, 10.5 of 101.5.
  const parts = [
    [50.5, 80.5],
    [50.5, 10.5],
    [0.5, 10.5],
  ].map(([p, q]) => (((q as number) - (p as number)) / 101.5) * Math.log((q as number) / (p as number)));
  assert.ok(Math.abs(psi - parts.reduce((sum, part) => sum + part)) < 1e-12);
  assert.equal(newValueRate, 0.1);
  assert.deepEqual(nullRate, { earlier: 0, later: 0 });
});

test("an empty window tells of no drift", () => {
  const { psi, psiPValue, newValueRate } = fieldDrift(window({}), window({ red: 5 }));
  assert.deepEqual([psi, psiPValue, newValueRate], [0, 1, 1]);
});

test("windows of one source raise an alarm in 5 % of 1,000 runs at most, over three fields", () => {
  let alarms = 0;
  for (let run = 0; run < 1000; run++) {
    const random = seededRandom(run);
    const drifts = new Map<FieldName, FieldDrift>();
    for (const field of ["type", "brand", "size"] as const) {
      const shares = { a: 0.5, b: 0.2, c: 0.2, d: 0.05 };
      drifts.set(field, fieldDrift(drawn(random, shares, 100), drawn(random, shares, 100)));
    }
    if (driftAlarms(drifts, 0.05).length > 0) alarms++;
  }
  assert.ok(alarms <= 50, `${alarms}`);
});

test("values and confidences that shift raise an alarm that names the field", () => {
  const random = seededRandom(1);
  const earlier = drawn(random, { a: 0.5, b: 0.4 });
  const shifted = {
    ...drawn(random, { a: 0.1, b: 0.4, c: 0.4 }),
    confidences: earlier.confidences.map((value) => value / 2),
  };
  const phrases = driftAlarms(
    new Map([
      ["color", fieldDrift(earlier, shifted)],
      ["type", fieldDrift(earlier, earlier)],
    ]),
    0.05,
  );
  assert.equal(phrases.length, 2);
  assert.match(
    phrases.join("\n"),
    /^color: predicted values have shifted, PSI \d\.\d\d\ncolor: confidences have shifted, distance 0\.\d\d$/,
  );
});
