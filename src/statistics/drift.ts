import type { FieldName } from "../../schemas/index.ts";
import { chiSquaredTail, kolmogorovSmirnov } from "./distributions.ts";
import { holm } from "./multiplicity.ts";

/** What an arm predicted for a field in a window of time, without regard to what is true. */
export interface FieldWindow {
  /** How often each value was predicted. */
  values: ReadonlyMap<string, number>;
  nulls: number;
  /** 0..1, in any order. */
  confidences: readonly number[];
}

/** How one field's predictions of a window differ from those of the window before it. */
export interface FieldDrift {
  /** Population stability index over values and null; below 0.1 is usually called stable, 0.25 and more a shift. */
  psi: number;
  psiPValue: number;
  /** Share of predicted values that the earlier window did not have. */
  newValueRate: number;
  nullRate: { earlier: number; later: number };
  /** Kolmogorov-Smirnov distance of the confidences. */
  confidenceDistance: number;
  confidencePValue: number;
}

/** Added to every count: a value that one window lacks must not make the index infinite. */
const smoothing = 0.5;

/** Values seen less often than this, in both windows together, are counted as one. */
const rare = 10;

/** Shifts smaller than these are no news, however certain they are. */
const alarmingPsi = 0.25;
const alarmingDistance = 0.2;

/**
 * Compares two windows of one field. PSI is the sum of (p - q) ln(p/q) over smoothed shares; if nothing has changed, PSI times
 * n m/(n + m) is about chi-squared with one degree of freedom less than there are values (Yurdakul 2018).
 */
export function fieldDrift(earlier: FieldWindow, later: FieldWindow): FieldDrift {
  const counts = countTogether(earlier, later);
  const [before, after] = [total(earlier), total(later)];
  let psi = 0;
  for (const [p, q] of counts) {
    const share = (q + smoothing) / (after + smoothing * counts.length);
    const was = (p + smoothing) / (before + smoothing * counts.length);
    psi += (share - was) * Math.log(share / was);
  }
  const size = before + after === 0 ? 0 : (before * after) / (before + after);
  const fresh = [...later.values].filter(([value]) => !earlier.values.has(value));
  const { distance, pValue } = kolmogorovSmirnov(earlier.confidences, later.confidences);
  return {
    psi: size === 0 ? 0 : psi,
    psiPValue: chiSquaredTail(size * psi, counts.length - 1),
    newValueRate: rate(
      fresh.reduce((sum, [, count]) => sum + count, 0),
      after - later.nulls,
    ),
    nullRate: { earlier: rate(earlier.nulls, before), later: rate(later.nulls, after) },
    confidenceDistance: distance,
    confidencePValue: pValue,
  };
}

/**
 * The drifts that deserve an alarm, each as a phrase: large (PSI of 0.25, distance of 0.2) and certain (all p-values of all fields
 * corrected together by Holm). One test of two fixed windows that do not overlap; each new pair of windows is a new test.
 */
export function driftAlarms(drifts: ReadonlyMap<FieldName, FieldDrift>, alpha: number): readonly string[] {
  const tests = [...drifts].flatMap(([field, drift]) => [
    {
      isLarge: drift.psi >= alarmingPsi,
      pValue: drift.psiPValue,
      phrase: `${field}: predicted values have shifted, PSI ${drift.psi.toFixed(2)}`,
    },
    {
      isLarge: drift.confidenceDistance >= alarmingDistance,
      pValue: drift.confidencePValue,
      phrase: `${field}: confidences have shifted, distance ${drift.confidenceDistance.toFixed(2)}`,
    },
  ]);
  const adjusted = holm(tests.map(({ pValue }) => pValue));
  return tests.filter(({ isLarge }, at) => isLarge && (adjusted[at] as number) <= alpha).map(({ phrase }) => phrase);
}

/** Pairs of counts, earlier and later: one for each common value, one for all rare ones, one for null. */
function countTogether(earlier: FieldWindow, later: FieldWindow): [number, number][] {
  const counts: [number, number][] = [];
  const rest: [number, number] = [0, 0];
  for (const value of new Set([...earlier.values.keys(), ...later.values.keys()])) {
    const p = earlier.values.get(value) ?? 0;
    const q = later.values.get(value) ?? 0;
    if (p + q >= rare) counts.push([p, q]);
    else {
      rest[0] += p;
      rest[1] += q;
    }
  }
  if (rest[0] + rest[1] > 0) counts.push(rest);
  if (earlier.nulls + later.nulls > 0) counts.push([earlier.nulls, later.nulls]);
  return counts;
}

function total({ values, nulls }: FieldWindow): number {
  let sum = nulls;
  for (const count of values.values()) sum += count;
  return sum;
}

function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
