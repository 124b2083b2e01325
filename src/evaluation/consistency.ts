import type { Predicted, Scorer as Scoring } from "../scoring/index.ts";
import type { Storage } from "../storage/index.ts";

/** How far an arm's repeated answers about the same garments agree. */
export interface Consistency {
  value: number | null;
  garments: number;
  /** Repeats looked at, first answers not counted. */
  repeats: number;
}

/** The newest replays of each arm that are looked at. */
const newestReplays = 2_000;

/** Each arm's replays in the window, together with its first answers; arms without a replay are missing. */
export async function readConsistency(
  { db }: Storage,
  consistency: Scoring["consistency"],
  { armIds, sinceMs }: { armIds: readonly string[]; sinceMs: number },
): Promise<Map<string, Consistency>> {
  const found = new Map<string, Consistency>();
  for (const armId of armIds) {
    const rows = await db
      .selectFrom("replays")
      .innerJoin("answers", (join) =>
        join.onRef("answers.content", "=", "replays.content").onRef("answers.arm_id", "=", "replays.arm_id"),
      )
      .select(["replays.content", "replays.attributes", "answers.attributes as first"])
      .where("replays.arm_id", "=", armId)
      .where("replays.created_ms", ">=", sinceMs)
      .orderBy("replays.created_ms", "desc")
      .limit(newestReplays)
      .execute();
    if (rows.length === 0) continue;
    const garments = [...Map.groupBy(rows, ({ content }) => content).values()].map((repeats) =>
      [repeats[0]?.first ?? null, ...repeats.map(({ attributes }) => attributes)].map(parse),
    );
    found.set(armId, { value: consistency(garments).overall, garments: garments.length, repeats: rows.length });
  }
  return found;
}

function parse(attributes: string | null): Predicted {
  return attributes === null ? null : (JSON.parse(attributes) as Predicted);
}
