import { sql } from "../storage/index.ts";
import type { ArmsTable, Storage } from "../storage/index.ts";

/** Every arm that ever answered, by id. There are few: one for each build, prompt, schema and preparation. */
export async function readArms({ db }: Storage): Promise<Map<string, ArmsTable>> {
  const rows = await db.selectFrom("arms").selectAll().orderBy("first_seen_ms", "asc").execute();
  return new Map(rows.map((arm) => [arm.id, arm]));
}

export interface ArmPair {
  baseline: ArmsTable;
  candidate: ArmsTable;
}

interface SeenArm extends ArmsTable {
  newest_id: number;
}

/**
 * The arms that are compared now: of all pairs of the two backends' arms that share prompt, schema and preparation, the one
 * that both have answered with most recently. Null where they share none yet.
 */
export async function findCurrentPair(storage: Storage, baseline: string, candidate: string): Promise<ArmPair | null> {
  const arms = await readSeenArms(storage, [baseline, candidate]);
  let best: { pair: ArmPair; older: number; newer: number } | null = null;
  for (const one of arms.filter((arm) => arm.backend === baseline)) {
    for (const other of arms.filter((arm) => arm.backend === candidate)) {
      if (!asksTheSame(one, other)) continue;
      const older = Math.min(one.newest_id, other.newest_id);
      const newer = Math.max(one.newest_id, other.newest_id);
      if (best === null || older > best.older || (older === best.older && newer > best.newer)) {
        best = { pair: { baseline: one, candidate: other }, older, newer };
      }
    }
  }
  return best?.pair ?? null;
}

/** The arm that each backend answered with last; of all backends where none is named. */
export async function findNewestArms(storage: Storage, backend?: string): Promise<ArmsTable[]> {
  const arms = await readSeenArms(storage, backend === undefined ? null : [backend]);
  const newest = new Map<string, SeenArm>();
  for (const arm of arms) {
    const known = newest.get(arm.backend);
    if (known === undefined || known.newest_id < arm.newest_id) newest.set(arm.backend, arm);
  }
  return [...newest.values()];
}

/** Whether two arms get the same question about the same images. */
function asksTheSame(a: ArmsTable, b: ArmsTable): boolean {
  return a.prompt === b.prompt && a.schema === b.schema && a.preparation === b.preparation;
}

async function readSeenArms({ db }: Storage, backends: readonly string[] | null): Promise<SeenArm[]> {
  let query = db.selectFrom("arms").selectAll().select(newestAnswer);
  if (backends !== null) query = query.where("backend", "in", [...backends]);
  const rows = await query.execute();
  return rows.flatMap((arm) => (arm.newest_id === null ? [] : [{ ...arm, newest_id: arm.newest_id }]));
}

/** By the index on arm and time; ids grow with the time. */
const newestAnswer = sql<number | null>`(
  select answers.id from answers where answers.arm_id = arms.id order by answers.created_ms desc limit 1)`.as(
  "newest_id",
);
