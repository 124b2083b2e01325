import { sql } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import { createComparison } from "../statistics/index.ts";
import type { ArmScore, DecisionRules, RunningComparison } from "../statistics/index.ts";
import type { ArmPair } from "./arms.ts";
import type { Canonicalise } from "./canonicalise.ts";

/** The pairs of two arms, taken in as they are completed. */
export interface RunningPairs {
  readonly arms: ArmPair;
  readonly comparison: RunningComparison;
  /** Weighted score of the candidate minus that of the baseline, by the label's garment type, in order of completion. */
  readonly slices: ReadonlyMap<string, readonly number[]>;
  readonly pairs: number;
  /** Pairs that count for nothing, because their answers had them labelled. */
  readonly reviewLeftOut: number;
  /**
   * Takes in what is new. Where a row that was taken in has changed since, or is gone, it begins anew: the bounds hold for
   * one sequence of pairs, as they are now.
   */
  update(): Promise<void>;
}

interface Parts {
  storage: Storage;
  canonicalise: Canonicalise;
  rules: DecisionRules;
  arms: ArmPair;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** Each is some tenths of a millisecond of arithmetic for each hundred pairs, so others get a turn in between. */
const pageRows = 500;
/** Free texts where a label names no known type. */
const maxSlices = 50;
/** Looking back for changes, and beginning anew where there were some, each take at most this share of the time. */
const lookShare = 0.05;

interface State {
  comparison: RunningComparison;
  slices: Map<string, number[]>;
  /** Scores up to this id are taken in. */
  cursor: number;
  /** What the rows up to there added up to when they were taken in. */
  seen: Sums;
  pairs: number;
  reviewLeftOut: number;
}

/** Change whenever a row is scored anew, because each scoring moves `rescored_ms`, or removed. */
interface Sums {
  rows: number;
  moves: bigint;
}

export function createRunningPairs({ storage, canonicalise, rules, arms, now }: Parts): RunningPairs {
  const ids = [arms.baseline.id, arms.candidate.id];
  let state = begin();
  let mayLookAt = -Infinity;
  let mayRebuildAt = -Infinity;
  let running: Promise<void> | null = null;

  function begin(): State {
    const seen = { rows: 0, moves: 0n };
    return { comparison: createComparison(rules), slices: new Map(), cursor: 0, seen, pairs: 0, reviewLeftOut: 0 };
  }

  async function refresh(): Promise<void> {
    if ((await hasChanged()) && now() >= mayRebuildAt) {
      const startedAt = now();
      const next = begin();
      await takeIn(next);
      state = next;
      mayRebuildAt = now() + (now() - startedAt) / lookShare;
      return;
    }
    await takeIn(state);
  }

  async function hasChanged(): Promise<boolean> {
    const startedAt = now();
    if (state.cursor === 0 || startedAt < mayLookAt) return false;
    const { rows, moves } = await sumUp(0, state.cursor);
    mayLookAt = now() + (now() - startedAt) / lookShare;
    return rows !== state.seen.rows || moves !== state.seen.moves;
  }

  async function sumUp(after: number, end: number): Promise<Sums> {
    const row = await storage.db
      .selectFrom("scores")
      .select(({ fn }) => [
        fn.countAll<number>().as("rows"),
        sql<string>`cast(coalesce(sum(rescored_ms - scored_ms), 0) as text)`.as("moves"),
      ])
      .where("arm_id", "in", ids)
      .where("id", ">", after)
      .where("id", "<=", end)
      .executeTakeFirstOrThrow();
    return { rows: row.rows, moves: BigInt(row.moves) };
  }

  async function takeIn(into: State): Promise<void> {
    const end = await newestScore();
    if (end <= into.cursor) return;
    // Added up before it is read: a row that changes in between is found at the next look back.
    const { rows, moves } = await sumUp(into.cursor, end);
    while (into.cursor < end && into.pairs < rules.max_pairs) {
      const page = await readPairs(into.cursor, end);
      for (const row of page.rows) {
        if (row.design === "review") into.reviewLeftOut += 1;
        else if (into.pairs < rules.max_pairs) push(into, row);
      }
      into.cursor = page.end;
    }
    into.cursor = end;
    into.seen = { rows: into.seen.rows + rows, moves: into.seen.moves + moves };
  }

  async function newestScore(): Promise<number> {
    const row = await storage.db
      .selectFrom("scores")
      .select(({ fn }) => fn.max("id").as("id"))
      .where("arm_id", "in", ids)
      .executeTakeFirst();
    return row?.id ?? 0;
  }

  /**
   * The next pairs in the order of completion: a pair is complete with the later of its two rows, so that it is found exactly
   * once. Each arm is read by its own index and both are merged; where a page is full, only what lies before its end is sure.
   */
  async function readPairs(after: number, end: number): Promise<{ rows: PairRow[]; end: number }> {
    const [one, other] = ids as [string, string];
    const pages = [await readCompletedBy(one, other, after, end), await readCompletedBy(other, one, after, end)];
    const full = pages.filter((page) => page.length === pageRows).map((page) => (page.at(-1) as PairRow).id);
    const sure = Math.min(end, ...full);
    const rows = pages.flat().filter(({ id }) => id <= sure);
    return { rows: rows.sort((a, b) => a.id - b.id), end: sure };
  }

  async function readCompletedBy(arm: string, other: string, after: number, end: number): Promise<PairRow[]> {
    return await storage.db
      .selectFrom("scores as later")
      .innerJoin("scores as earlier", (join) =>
        join
          .onRef("earlier.content", "=", "later.content")
          .on("earlier.arm_id", "=", other)
          .onRef("earlier.id", "<", "later.id"),
      )
      .leftJoin("truths", "truths.content", "later.content")
      .select([
        "later.id",
        "later.arm_id",
        "later.weighted",
        "later.marks",
        "later.is_clean",
        "later.truths",
        "later.design",
        "earlier.weighted as other_weighted",
        "earlier.marks as other_marks",
        "earlier.is_clean as other_is_clean",
        "truths.labels",
      ])
      .where("later.arm_id", "=", arm)
      .where("later.id", ">", after)
      .where("later.id", "<=", end)
      .orderBy("later.id")
      .limit(pageRows)
      .execute();
  }

  function push(into: State, row: PairRow): void {
    const later: ArmScore = { weighted: row.weighted, marks: row.marks, isClean: row.is_clean === 1 };
    const earlier: ArmScore = {
      weighted: row.other_weighted,
      marks: row.other_marks,
      isClean: row.other_is_clean === 1,
    };
    const isBaseline = row.arm_id === arms.baseline.id;
    const pair = {
      baseline: isBaseline ? later : earlier,
      candidate: isBaseline ? earlier : later,
      truths: row.truths,
    };
    into.comparison.push(pair);
    into.pairs += 1;
    const type = typeOf(row.labels);
    if (type === null) return;
    let slice = into.slices.get(type);
    if (slice === undefined) {
      if (into.slices.size >= maxSlices) return;
      slice = [];
      into.slices.set(type, slice);
    }
    slice.push(pair.candidate.weighted - pair.baseline.weighted);
  }

  function typeOf(labels: string | null): string | null {
    if (labels === null) return null;
    const { type } = JSON.parse(labels) as { type?: unknown };
    return typeof type === "string" ? canonicalise("type", type) : null;
  }

  return {
    arms,
    get comparison() {
      return state.comparison;
    },
    get slices() {
      return state.slices;
    },
    get pairs() {
      return state.pairs;
    },
    get reviewLeftOut() {
      return state.reviewLeftOut;
    },
    update() {
      running ??= refresh().finally(() => (running = null));
      return running;
    },
  };
}

interface PairRow {
  id: number;
  arm_id: string;
  weighted: number;
  marks: string;
  is_clean: number;
  truths: string;
  design: string;
  other_weighted: number;
  other_marks: string;
  other_is_clean: number;
  labels: string | null;
}
