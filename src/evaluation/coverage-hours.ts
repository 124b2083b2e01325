import type { Storage } from "../storage/index.ts";

/** What became of the requests that were to be mirrored to a backend in one hour. */
export interface CoverageHour {
  hour_ms: number;
  backend: string;
  outcomes: Record<string, number>;
}

const shownMs = 48 * 3_600_000;

/** The last 48 hours, oldest first. */
export async function readCoverage(
  { db }: Storage,
  backends: readonly string[],
  nowMs: number,
): Promise<CoverageHour[]> {
  const rows = await db
    .selectFrom("coverage")
    .selectAll()
    .where("hour_ms", ">=", nowMs - shownMs)
    .where("backend", "in", [...backends])
    .orderBy("hour_ms")
    .orderBy("backend")
    .execute();
  return [...Map.groupBy(rows, (row) => `${row.hour_ms} ${row.backend}`).values()].map((hour) => {
    const [{ hour_ms: hourMs, backend }] = hour as [(typeof rows)[number]];
    return {
      hour_ms: hourMs,
      backend,
      outcomes: Object.fromEntries(hour.map(({ outcome, count }) => [outcome, count])),
    };
  });
}
