import type { Clock } from "../kernel/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import type { AnswerRecord, Prediction, StoredPrediction } from "./prediction.ts";
import { createArmsSeen, scoreAgain, writeBatch } from "./write-batch.ts";

/** The probability with which images like a prediction's are stored; null where its own are not to be. */
export type Keep = (prediction: Prediction, isLabelled: boolean) => number | null;

export interface RecorderOptions {
  storage: Storage;
  clock: Clock;
  log: Log;
  instruments: Pick<Instruments, "predictions" | "predictionsWaiting">;
  /** Which of these predictions have a label already. */
  findLabelled(predictions: readonly Prediction[]): Promise<ReadonlySet<Prediction>>;
  keepImages: Keep;
  /** Told of what has been committed. */
  onStored(stored: readonly StoredPrediction[]): Promise<void>;
}

/** Keeps predictions behind the reply. */
export interface Recorder {
  /** Takes a prediction over and returns at once; where there is no room it is lost, and counted. */
  record(prediction: Prediction): void;
  /** Resolves when the answer is committed; rejects with StorageUnavailable where it cannot be taken. */
  saveAnswer(answer: AnswerRecord): Promise<void>;
  /** Drops what waits about a content that is being erased; resolves when nothing about it is being written any more. */
  forget(content: string): Promise<void>;
  /** Predictions and answers that are not yet committed. */
  readonly waiting: number;
  /** Commits what waits, as far as that can be done in `graceMs`. */
  drain(graceMs?: number): Promise<void>;
  /** Commits what waits and ends. What cannot be committed is lost, and counted. */
  close(): Promise<void>;
}

/** What is accepted is committed in well under a second, so that a killed process loses no more than that. */
const flushAfterMs = 200;
const maxBatch = 256;
/** About a minute of a card at full speed; more means that the store is gone. */
const maxWaiting = 4096;
/** Prepared images are 30 to 150 KB each. */
const maxImageBytes = 128 * 1024 * 1024;
const retryAfterMs = 1000;
const defaultGraceMs = 5000;

interface WaitingAnswer {
  answer: AnswerRecord;
  done: () => void;
  failed: (error: Error) => void;
}

/** Opens the recorder over a store. */
export function openRecorder(options: RecorderOptions): Recorder {
  const { storage, clock, log, instruments, findLabelled, keepImages, onStored } = options;
  const arms = createArmsSeen();
  let predictions: Prediction[] = [];
  let answers: WaitingAnswer[] = [];
  const unjoined = new Set<string>();
  let imageBytes = 0;
  let cancelTimer = (): void => {};
  let isScheduled = false;
  let flushing: Promise<void> | null = null;
  let isClosed = false;
  let hasWarned = false;
  /** The store did not take the last batch. */
  let isAway = false;

  const waiting = (): number => predictions.length + answers.length;

  function lose(count: number, reason: string): void {
    if (count === 0) return;
    instruments.predictions.inc({ outcome: reason }, count);
    if (hasWarned) return;
    hasWarned = true;
    log.warn({ reason }, "predictions are lost: the store does not take them. Serving goes on");
  }

  function schedule(afterMs: number): void {
    instruments.predictionsWaiting.set(waiting());
    if (isScheduled || flushing !== null) return;
    isScheduled = true;
    cancelTimer = clock.after(afterMs, () => {
      isScheduled = false;
      void flush();
    });
  }

  function flush(): Promise<void> {
    flushing ??= flushOnce().finally(() => {
      flushing = null;
      if (waiting() > 0 && !isClosed) schedule(isAway ? retryAfterMs : flushAfterMs / 4);
    });
    return flushing;
  }

  async function flushOnce(): Promise<void> {
    const batch = predictions.slice(0, maxBatch);
    const extra = answers.slice(0, maxBatch);
    if (batch.length + extra.length === 0) return;
    let stored: StoredPrediction[];
    try {
      const labelled = await findLabelled(batch.filter(({ sample }) => sample !== null));
      stored = batch.map((prediction): StoredPrediction => {
        const isLabelled = labelled.has(prediction);
        return {
          prediction,
          isLabelled,
          imageInclusion: (prediction.sample?.images.length ?? 0) > 0 ? keepImages(prediction, isLabelled) : null,
        };
      });
      await writeBatch(
        storage.db,
        stored,
        extra.map(({ answer }) => answer),
        arms,
      );
      take(batch, extra);
      hasWarned = false;
      isAway = false;
      instruments.predictions.inc({ outcome: "stored" }, batch.length);
      for (const { done } of extra) done();
    } catch (error) {
      isAway = error instanceof StorageUnavailable;
      if (isAway) return; // It stays in the buffer, whose bound decides what is lost.
      // A row that the store refuses must not hold up those behind it; which one it is does not matter enough to search.
      log.error({ err: error, count: batch.length + extra.length }, "a batch of predictions could not be stored");
      take(batch, extra);
      lose(batch.length, "refused");
      for (const { failed } of extra) failed(error as Error);
      return;
    }
    await follow(batch, stored);
  }

  /** What comes of a batch that is safely stored. */
  async function follow(batch: readonly Prediction[], stored: readonly StoredPrediction[]): Promise<void> {
    try {
      await joinLate(batch);
      await onStored(stored);
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) log.error({ err: error }, "stored predictions could not be followed");
    }
  }

  /**
   * A label that came before its garment, or while that was being written, found none: where the garment brings no answer of
   * its own (a cached one, photos that are known), the answers about its photos are looked at again.
   */
  async function joinLate(batch: readonly Prediction[]): Promise<void> {
    try {
      for (const { content } of await findLabelled(batch)) unjoined.add(content);
      await scoreAgain(storage.db, [...unjoined]);
      unjoined.clear();
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
      // Which of them have a label is not known: looking at all of them with the next batch harms none.
      for (const { content } of batch) if (unjoined.size < maxWaiting) unjoined.add(content);
    }
  }

  /** Takes what has been dealt with out of the buffer; more may have come behind it meanwhile. */
  function take(batch: readonly Prediction[], extra: readonly WaitingAnswer[]): void {
    const taken = new Set<unknown>([...batch, ...extra]);
    predictions = predictions.filter((prediction) => !taken.has(prediction));
    answers = answers.filter((answer) => !taken.has(answer));
    recount();
  }

  function recount(): void {
    imageBytes = predictions.reduce((sum, prediction) => sum + bytesOf(prediction), 0);
    instruments.predictionsWaiting.set(waiting());
  }

  async function drain(graceMs = defaultGraceMs): Promise<void> {
    const giveUpAt = clock.now() + graceMs;
    let before = Infinity;
    // A store that takes nothing any more is not asked twice.
    while (waiting() > 0 && waiting() < before && clock.now() < giveUpAt) {
      before = waiting();
      await within(flush(), giveUpAt - clock.now());
    }
  }

  /** A store that hangs is not waited for. */
  function within(work: Promise<void>, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      void work.finally(() => {
        cancel();
        resolve();
      });
    });
  }

  return {
    record(prediction) {
      if (isClosed || predictions.length >= maxWaiting) {
        lose(1, "lost");
        return;
      }
      const bytes = bytesOf(prediction);
      if (imageBytes + bytes > maxImageBytes && prediction.sample !== null) {
        // The answer is worth more than its picture.
        instruments.predictions.inc({ outcome: "images_lost" });
        predictions.push({ ...prediction, sample: { ...prediction.sample, images: [] } });
      } else {
        imageBytes += bytes;
        predictions.push(prediction);
      }
      schedule(flushAfterMs);
    },
    saveAnswer(answer) {
      if (isClosed || answers.length >= maxWaiting) {
        return Promise.reject(
          new StorageUnavailable(isClosed ? "closed" : "timeout", "the recorder takes no more answers now"),
        );
      }
      return new Promise((done, failed) => {
        answers.push({ answer, done, failed });
        schedule(flushAfterMs);
      });
    },
    async forget(content) {
      predictions = predictions.filter((prediction) => prediction.content !== content);
      for (const { answer, done } of answers) if (answer.content === content) done();
      answers = answers.filter(({ answer }) => answer.content !== content);
      recount();
      await flushing;
    },
    get waiting() {
      return waiting();
    },
    drain,
    async close() {
      await drain();
      isClosed = true;
      cancelTimer();
      lose(predictions.length, "lost");
      for (const { failed } of answers) failed(new StorageUnavailable("closed", "the recorder is closed"));
      predictions = [];
      answers = [];
    },
  };
}

function bytesOf({ sample }: Prediction): number {
  return sample === null ? 0 : sample.images.reduce((sum, { jpeg }) => sum + jpeg.length, 0);
}
