import type { FieldScores } from "../scoring/index.ts";
import { createEvidence } from "../statistics/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Attributes } from "../../schemas/index.ts";
import type { Labels } from "../scoring/index.ts";

/** An arm's replayed answers against its own first ones about the same garments, in weighted score. */
export interface ReplayEvidence {
  /** All replays of the arm; those of the window that is looked at stand behind the figures. */
  replays: number;
  window: { number: number; replays: number };
  /** Replayed minus first; each bound holds at all times. */
  difference: number;
  low: number;
  high: number;
  /** It is proven that the arm answers worse than it did, by more than the margin. */
  isWorse: boolean;
}

interface Parts {
  storage: Pick<Storage, "db">;
  scoreFields: (attributes: Attributes | null, labels: Labels) => FieldScores;
}

/** A change shows within its window: an old good record must not hide it for long. */
const windowReplays = 200;

/**
 * Bets on the window of replays under way, as the comparison does on pairs. The k-th window may err with alpha/(k(k+1)),
 * which adds up to alpha over an arm's whole life. Null before the first replay.
 */
export async function readReplayEvidence(
  { storage: { db }, scoreFields }: Parts,
  armId: string,
  { alpha, margin }: { alpha: number; margin: number },
): Promise<ReplayEvidence | null> {
  const { count: replays } = await db
    .selectFrom("replays")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("arm_id", "=", armId)
    .executeTakeFirstOrThrow();
  if (replays === 0) return null;
  const number = Math.ceil(replays / windowReplays);
  const rows = await db
    .selectFrom("replays")
    .innerJoin("scores", (join) =>
      join.onRef("scores.content", "=", "replays.content").onRef("scores.arm_id", "=", "replays.arm_id"),
    )
    .innerJoin("truths", "truths.content", "replays.content")
    .select(["replays.id", "replays.attributes", "truths.labels", "scores.weighted"])
    .where("replays.arm_id", "=", armId)
    .orderBy("replays.id")
    .offset((number - 1) * windowReplays)
    .limit(windowReplays)
    .execute();
  const windowAlpha = alpha / (number * (number + 1));
  const evidence = createEvidence({ alpha: windowAlpha, margin });
  for (const { attributes, labels, weighted: first } of rows) {
    // By the truth of today on both sides: a label that was corrected since is no change of the build.
    const parsed = attributes === null ? null : (JSON.parse(attributes) as Attributes);
    const { weighted } = scoreFields(parsed, JSON.parse(labels) as Labels);
    if (weighted !== null) evidence.push(weighted - first);
  }
  return {
    replays,
    window: { number, replays: evidence.pairs },
    difference: evidence.difference,
    low: evidence.low,
    high: evidence.high,
    isWorse: evidence.rejection >= 1 / windowAlpha,
  };
}
