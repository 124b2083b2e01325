import { GatewayError } from "../kernel/index.ts";
import type { Storage } from "../storage/index.ts";
import { notFound, overloaded, requestInvalid } from "./errors.ts";
import { ingestLines } from "./ingest-lines.ts";
import type { IngestOptions, IngestSummary } from "./ingest-lines.ts";
import type { Label } from "./label.ts";
import { readLabel } from "./read-label.ts";
import { readReport } from "./report.ts";
import type { FindOptions, LabelReport } from "./report.ts";
import type { Canonicalise } from "./resolve-truth.ts";
import { storeLabels } from "./store-labels.ts";
import type { Stored } from "./store-labels.ts";

/** Ground truth: takes labels in and tells what is known. */
export interface Labels {
  /**
   * Stores one label, given as parsed JSON; it is committed when this returns.
   * @throws GatewayError request_invalid, overloaded
   */
  put(value: unknown): Promise<IngestSummary>;
  /**
   * Stores the labels of an NDJSON stream, in batches; what is counted as accepted is committed. Only some run at once.
   * @throws GatewayError overloaded, its detail names how many are stored; and what the source throws
   */
  ingest(source: AsyncIterable<Uint8Array>, options?: IngestOptions): Promise<IngestSummary>;
  /**
   * What is known of a request id, sample_id or image hash.
   * @throws GatewayError not_found, overloaded
   */
  find(key: string, options?: FindOptions): Promise<LabelReport>;
}

export interface LabelsDeps {
  storage: Pick<Storage, "db" | "dialect" | "isAvailable">;
  canonicalise: Canonicalise;
  /** Milliseconds since the epoch. */
  wall: () => number;
  /** Called after each commit: there are labels that nobody has joined with answers yet. */
  onStored?: () => void;
}

/** Streams taken in at once: each may hold a batch in memory, and the store takes one at a time anyway. */
const maxIngests = 4;

const retryAfterSeconds = 5;

export function createLabels({ storage, canonicalise, wall, onStored }: LabelsDeps): Labels {
  let ingests = 0;

  async function store(labels: readonly Label[]): Promise<Stored> {
    const stored = await orOverloaded(() => storeLabels(storage, labels, wall()), "The labels could not be stored.");
    onStored?.();
    return stored;
  }

  return {
    async put(value) {
      const read = readLabel(value);
      if (!read.ok) {
        throw requestInvalid("This is no label; `errors` names each place. Many labels are sent as NDJSON.", {
          errors: read.errors,
        });
      }
      return { accepted: 1, ...(await store([read.label])), rejected: [], rejectedCount: 0, bytes: 0 };
    },
    async ingest(source, options = {}) {
      if (!storage.isAvailable) throw overloaded("The store cannot be reached now.", { retryAfterSeconds });
      if (ingests >= maxIngests) {
        throw overloaded(`${maxIngests} imports are running. Send yours when one of them has ended.`, {
          retryAfterSeconds,
        });
      }
      ingests += 1;
      try {
        return await ingestLines(source, { ...options, store });
      } finally {
        ingests -= 1;
      }
    },
    async find(key, options) {
      const report = await orOverloaded(
        () => readReport(storage.db, key, canonicalise, options),
        "The labels could not be read.",
      );
      if (report === null) throw notFound("There is no label for this request id, sample_id or image hash.");
      return report;
    },
  };
}

/** A store that fails is a passing trouble to the caller, whatever the reason. */
async function orOverloaded<T>(work: () => Promise<T>, what: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw overloaded(`${what} Send the request again after the time in Retry-After.`, { retryAfterSeconds, cause });
  }
}
