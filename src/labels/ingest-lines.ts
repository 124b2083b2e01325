import { setImmediate as nextTurn } from "node:timers/promises";
import { GatewayError } from "../kernel/index.ts";
import type { Label } from "./label.ts";
import { createLineSplitter } from "./lines.ts";
import type { Line } from "./lines.ts";
import { readLabel } from "./read-label.ts";
import { describeMistakes, parseLine } from "./read-line.ts";
import type { ParsedLine } from "./read-line.ts";
import type { Stored } from "./store-labels.ts";

/** How far an import has come. Only what is committed is accepted. */
export interface IngestProgress {
  accepted: number;
  /** Accepted labels that said something new; the others were known and are not stored twice. */
  added: number;
  /** Labels whose key belongs to a garment that is known at that moment. */
  joined: number;
  rejectedCount: number;
  /** Bytes read. */
  bytes: number;
}

export interface Rejection {
  /** Counted from 1. */
  line: number;
  error: string;
}

export interface IngestSummary extends IngestProgress {
  /** The first 1,000. */
  rejected: Rejection[];
}

export interface IngestOptions {
  /** Turns a line's JSON into that of a label, or says why it cannot. */
  prepare?: (value: unknown) => ParsedLine | Promise<ParsedLine>;
  /** Called after each batch. */
  onProgress?: (progress: Readonly<IngestProgress>) => void;
}

interface IngestDeps extends IngestOptions {
  /** Commits labels and tells how many of them were new, and how many join. */
  store: (labels: readonly Label[]) => Promise<Stored>;
}

/** Lines that are worked on before others get a turn, and labels in one transaction at most. */
const batchLines = 500;

/** Text that a batch is made of at most: what is left of it after cleaning may still hold it in memory. */
const batchBytes = 4 * 1024 * 1024;

const maxRejected = 1000;

/**
 * Takes labels in from NDJSON, in constant memory and no faster than they can be stored: the source is asked for more when
 * what has come is committed. Lines that are none are reported, the rest is accepted.
 * @throws GatewayError of the source or the store, its detail completed by what is committed; and what else the source throws
 */
export async function ingestLines(source: AsyncIterable<Uint8Array>, deps: IngestDeps): Promise<IngestSummary> {
  const summary: IngestSummary = { accepted: 0, added: 0, joined: 0, rejected: [], rejectedCount: 0, bytes: 0 };
  const splitter = createLineSplitter();
  let labels: Label[] = [];
  let lines = 0;
  let bytes = 0;

  async function take(line: Line): Promise<void> {
    lines += 1;
    bytes += line.bytes?.length ?? 0;
    let parsed = parseLine(line);
    if (parsed.ok && deps.prepare !== undefined) {
      const prepared = deps.prepare(parsed.value);
      parsed = prepared instanceof Promise ? await prepared : prepared;
    }
    const read = parsed.ok ? readLabel(parsed.value) : null;
    if (read?.ok === true) labels.push(read.label);
    else reject(line.number, parsed.ok ? describeMistakes(read?.errors ?? []) : parsed.error);
  }

  function reject(line: number, error: string): void {
    summary.rejectedCount += 1;
    if (summary.rejected.length < maxRejected) summary.rejected.push({ line, error });
  }

  async function flush(): Promise<void> {
    if (labels.length > 0) {
      const { added, joined } = await deps.store(labels);
      summary.added += added;
      summary.joined += joined;
      summary.accepted += labels.length;
    } else {
      await nextTurn();
    }
    labels = [];
    lines = 0;
    bytes = 0;
    deps.onProgress?.(summary);
  }

  try {
    for await (const chunk of source) {
      summary.bytes += chunk.length;
      for (const line of splitter.push(chunk)) {
        await take(line);
        if (lines >= batchLines || bytes >= batchBytes) await flush();
      }
    }
    const last = splitter.end();
    if (last !== null) await take(last);
    if (lines > 0) await flush();
  } catch (error) {
    throw error instanceof GatewayError ? withCommitted(error, summary.accepted) : error;
  }
  return summary;
}

/** A caller whose import broke off must know what is stored. */
function withCommitted(error: GatewayError, accepted: number): GatewayError {
  const said = `${accepted} of the labels are stored; send all of them again: what is stored is not doubled.`;
  return new GatewayError(error.definition, `${error.message} ${said}`, {
    retryable: error.retryable,
    errors: error.errors,
    cause: error.cause ?? error,
    ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
  });
}
