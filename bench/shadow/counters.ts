import { readTotal } from "../processes/metrics.ts";

/** What the gateway has counted, up to a moment or between two. */
export interface Counters {
  /** CPU time of the whole process, all its threads, in milliseconds. */
  cpuMs: number;
  /** Mirrored calls by what became of them. */
  answered: number;
  failed: number;
  preempted: number;
  spooled: number;
  dropped: number;
  expired: number;
  /** Predictions by what the store did with them. */
  stored: number;
  lost: number;
  refused: number;
  imagesLost: number;
}

/** Reads them off a metrics page. */
export function readCounters(page: string): Counters {
  const mirrors = (outcome: string): number => readTotal(page, "garment_gateway_shadow_mirrors_total", { outcome });
  const predictions = (outcome: string): number => readTotal(page, "garment_gateway_predictions_total", { outcome });
  return {
    cpuMs: readTotal(page, "process_cpu_seconds_total") * 1000,
    answered: mirrors("answered"),
    failed: mirrors("failed"),
    preempted: mirrors("preempted"),
    spooled: mirrors("spooled"),
    dropped: mirrors("dropped"),
    expired: mirrors("expired"),
    stored: predictions("stored"),
    lost: predictions("lost"),
    refused: predictions("refused"),
    imagesLost: predictions("images_lost"),
  };
}

export function subtract(after: Counters, before: Counters): Counters {
  const keys = Object.keys(after) as (keyof Counters)[];
  return Object.fromEntries(keys.map((key) => [key, after[key] - before[key]])) as unknown as Counters;
}

export function add(all: readonly Counters[]): Counters {
  const zero = readCounters("");
  return all.reduce((total, each) => {
    const keys = Object.keys(zero) as (keyof Counters)[];
    return Object.fromEntries(keys.map((key) => [key, total[key] + each[key]])) as unknown as Counters;
  }, zero);
}
