import { addTo, emptyMoments, meanOf, weightOf } from "../statistics/index.ts";
import type { Moments } from "../statistics/index.ts";
import type { SliceScores } from "../../schemas/index.ts";
import type { ArmsTable } from "../storage/index.ts";
import type { Canonicalise } from "./canonicalise.ts";
import { enoughSamples, estimateOf } from "./estimate.ts";
import type { FoundRow } from "./scored-rows.ts";
import { valueOf } from "./slices.ts";
import type { Dimension } from "./slices.ts";

interface Tally {
  weighted: Moments;
  clean: Moments;
}

/** Scored rows, folded by their value in one dimension. */
export interface SliceTally {
  add(row: FoundRow): void;
  /** The slices with the most garments first; `more` is how many were not shown. */
  describe(arms: ReadonlyMap<string, ArmsTable>): { slices: SliceScores[]; more: number };
}

/** Values are free texts in most dimensions. */
const maxValues = 5_000;
const shownValues = 100;

export function createSliceTally(dimension: Dimension, canonicalise: Canonicalise): SliceTally {
  const slices = new Map<string | null, Map<string, Tally>>();
  const unseen = new Set<string | null>();
  return {
    add(row) {
      const value = valueOf(dimension, row.facts, canonicalise);
      if (value === undefined) return;
      let arms = slices.get(value);
      if (arms === undefined) {
        if (slices.size >= maxValues) {
          if (unseen.size < maxValues) unseen.add(value);
          return;
        }
        arms = new Map();
        slices.set(value, arms);
      }
      let tally = arms.get(row.arm_id);
      if (tally === undefined) {
        tally = { weighted: emptyMoments(), clean: emptyMoments() };
        arms.set(row.arm_id, tally);
      }
      const weight = weightOf(row.inclusion);
      addTo(tally.weighted, row.weighted, weight);
      addTo(tally.clean, row.is_clean, weight);
    },
    describe(arms) {
      const sorted = [...slices].sort((a, b) => rowsOf(b[1]) - rowsOf(a[1]) || ((a[0] ?? "") < (b[0] ?? "") ? -1 : 1));
      return {
        slices: sorted.slice(0, shownValues).map(([value, tallies]) => ({
          value,
          arms: [...tallies].map(([id, tally]) => describe(id, arms.get(id)?.backend ?? "", tally)),
        })),
        more: Math.max(0, sorted.length - shownValues) + unseen.size,
      };
    },
  };
}

function rowsOf(tallies: ReadonlyMap<string, Tally>): number {
  return [...tallies.values()].reduce((sum, { weighted }) => sum + weighted.rows, 0);
}

function describe(arm: string, backend: string, { weighted, clean }: Tally): SliceScores["arms"][number] {
  const isEnough = weighted.rows >= enoughSamples;
  return {
    arm,
    backend,
    samples: weighted.rows,
    insufficient: !isEnough,
    weighted: isEnough ? estimateOf(weighted) : null,
    json_rate: isEnough ? meanOf(clean) : null,
  };
}
