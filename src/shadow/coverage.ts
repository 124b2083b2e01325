import type { Clock } from "../kernel/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import { addCoverage } from "./spool.ts";

/** What became of a mirrored call; see the metric `shadow_mirrors_total`. */
export type MirrorOutcome = "answered" | "failed" | "spooled" | "preempted" | "dropped" | "sampled";

/** Counts what becomes of the requests that are to be mirrored: on the metrics page, and by the hour in the store. */
export interface Coverage {
  add(backend: string, outcome: MirrorOutcome): void;
  close(): Promise<void>;
}

interface CoverageRow {
  hour_ms: number;
  backend: string;
  outcome: string;
  count: number;
}

const hourMs = 3_600_000;
const flushEveryMs = 5000;

interface Parts {
  storage: Storage;
  clock: Clock;
  log: Log;
  instruments: Pick<Instruments, "shadowMirrors">;
}

export function createCoverage({ storage, clock, log, instruments }: Parts): Coverage {
  const counts = new Map<string, CoverageRow>();
  let cancel = (): void => {};
  let isWaiting = false;

  async function flush(): Promise<void> {
    isWaiting = false;
    const rows = [...counts.values()];
    counts.clear();
    try {
      await addCoverage(storage, rows);
    } catch (error) {
      // It is a report about the mirror: the mirror itself goes on.
      if (error instanceof StorageUnavailable) for (const row of rows) count(row, row.count);
      else log.error({ err: error }, "coverage could not be stored");
    }
  }

  function count({ hour_ms: hour, backend, outcome }: Omit<CoverageRow, "count">, more: number): void {
    const key = `${hour} ${backend} ${outcome}`;
    const row = counts.get(key);
    if (row === undefined) counts.set(key, { hour_ms: hour, backend, outcome, count: more });
    else row.count += more;
  }

  return {
    add(backend, outcome) {
      if (outcome !== "sampled") instruments.shadowMirrors.inc({ outcome });
      count({ hour_ms: Math.floor(clock.wall() / hourMs) * hourMs, backend, outcome }, 1);
      if (isWaiting) return;
      isWaiting = true;
      cancel = clock.after(flushEveryMs, () => void flush());
    },
    async close() {
      cancel();
      await flush();
    },
  };
}
