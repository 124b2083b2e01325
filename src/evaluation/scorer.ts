import type { Clock } from "../kernel/index.ts";
import { contentsOfLabels, markJoined, unjoinedLabels } from "../labels/index.ts";
import { sql, StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import { countLost } from "./label-health.ts";
import type { Judge } from "./judge-answers.ts";
import { scoreContents } from "./score-contents.ts";
import type { Scored } from "./score-contents.ts";

/** Brings labels and answers together, in the background. */
export interface Scorer {
  start(): void;
  /** There is something new: look soon. */
  kick(): void;
  /** Takes one batch of labels, one of answers, and some rows of an older scorer. True where there may be more. */
  runOnce(): Promise<boolean>;
  /** Lets the batch under way finish. */
  close(): Promise<void>;
}

export interface ScorerParts {
  storage: Storage;
  judge: Judge;
  clock: Clock;
  log: Log;
  instruments: Pick<Instruments, "evaluationLabels" | "evaluationAnswers">;
  /** Contents that labels describe now, each at least once: their other arms may be asked. */
  onLabelled?: (contents: readonly string[]) => Promise<void> | void;
  /** While live requests wait, one batch a second is taken. */
  isBusy?: () => boolean;
}

const batchRows = 200;
const oldRows = 1_000;
const pollMs = 1_000;
/** Between batches, so that the store has room for others. */
const breatherMs = 10;
const longestPauseMs = 30_000;

/**
 * Polls the store for labels and answers that have not been looked at. What it has done is marked last: after a crash the
 * batch is done again, which changes nothing.
 */
export function createScorer(parts: ScorerParts): Scorer {
  const { storage, judge, clock, log, instruments, onLabelled, isBusy = () => false } = parts;
  const { db } = storage;
  let isClosed = false;
  let cancel = (): void => {};
  let running: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  let isKicked = false;
  let pauseMs = pollMs;
  /** Rows up to this id are of this scorer's version; null once all are. */
  let oldCursor: number | null = 0;

  async function score(contents: readonly string[]): Promise<Scored> {
    const scored = await scoreContents(storage, judge, contents, clock.wall());
    instruments.evaluationAnswers.inc({ outcome: "scored" }, scored.added);
    instruments.evaluationAnswers.inc({ outcome: "rescored" }, scored.changed);
    instruments.evaluationAnswers.inc({ outcome: "repeated_sample" }, scored.repeated);
    const [err] = scored.defects;
    if (scored.defects.length > 0) {
      instruments.evaluationAnswers.inc({ outcome: "unscorable" }, scored.defects.length);
      log.error({ err, contents: scored.defects.length }, "contents that cannot be scored are left out");
    }
    if (scored.labelled.length > 0) await onLabelled?.(scored.labelled);
    return scored;
  }

  async function takeLabels(): Promise<boolean> {
    const labels = await unjoinedLabels(db, batchRows);
    if (labels.length === 0) return false;
    let after: string | null = null;
    for (;;) {
      const contents: string[] = await contentsOfLabels(db, labels, { after, limit: batchRows });
      await score(contents);
      if (contents.length < batchRows) break;
      after = contents.at(-1) ?? null;
    }
    const ids = labels.map(({ id }) => id);
    const lost = await countLost(storage, ids);
    await markJoined(db, ids);
    instruments.evaluationLabels.inc({ outcome: "joined" }, labels.length - lost);
    instruments.evaluationLabels.inc({ outcome: "unjoined" }, lost);
    return labels.length === batchRows;
  }

  async function takeAnswers(): Promise<boolean> {
    const answers = await db
      .selectFrom("answers")
      .select(["id", "content"])
      // Written out, or the partial index is not found.
      .where("is_scored", "=", sql.lit(0))
      .orderBy("id")
      .limit(batchRows)
      .execute();
    if (answers.length === 0) return false;
    const { labelled } = await score([...new Set(answers.map(({ content }) => content))]);
    const ids = answers.map(({ id }) => id);
    await db.updateTable("answers").set({ is_scored: 1 }).where("id", "in", ids).execute();
    const known = new Set(labelled);
    const unlabelled = answers.filter(({ content }) => !known.has(content)).length;
    instruments.evaluationAnswers.inc({ outcome: "unlabelled" }, unlabelled);
    return answers.length === batchRows;
  }

  /** Once through the table after each start: another version of the scorer may have filled it. */
  async function takeOldRows(): Promise<void> {
    if (oldCursor === null) return;
    const rows = await db
      .selectFrom("scores")
      .select(["id", "content", "scorer"])
      .where("id", ">", oldCursor)
      .orderBy("id")
      .limit(oldRows)
      .execute();
    const old = rows.filter(({ scorer }) => scorer !== judge.scorerVersion).slice(0, batchRows);
    if (old.length > 0) await score([...new Set(old.map(({ content }) => content))]);
    if (old.length === batchRows) oldCursor = (old.at(-1) as { id: number }).id;
    else oldCursor = rows.length < oldRows ? null : (rows.at(-1) as { id: number }).id;
  }

  async function runOnce(): Promise<boolean> {
    const hasMoreLabels = await takeLabels();
    const hasMoreAnswers = await takeAnswers();
    await takeOldRows();
    return hasMoreLabels || hasMoreAnswers;
  }

  function schedule(delayMs: number): void {
    cancel();
    if (!isClosed) cancel = clock.after(delayMs, () => void tick());
  }

  async function tick(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    isKicked = false;
    const run = runSafely();
    running = run;
    const hasMore = await run;
    isRunning = false;
    const isUrgent = (hasMore || isKicked) && pauseMs === pollMs && !isBusy();
    schedule(isUrgent ? breatherMs : pauseMs);
  }

  async function runSafely(): Promise<boolean> {
    try {
      const hasMore = storage.isAvailable && (await runOnce());
      pauseMs = pollMs;
      return hasMore;
    } catch (error) {
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      // The store itself tells of its failures.
      if (!(error instanceof StorageUnavailable)) log.error({ err: error }, "labels and answers could not be joined");
      return false;
    }
  }

  return {
    runOnce,
    start: () => schedule(0),
    kick() {
      isKicked = true;
      if (!isRunning && pauseMs === pollMs) schedule(breatherMs);
    },
    async close() {
      isClosed = true;
      cancel();
      await running;
    },
  };
}
