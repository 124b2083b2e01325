import type { Storage } from "../storage/index.ts";
import type { ArmPair } from "./arms.ts";

/** How labelled garments came to be paired, since the comparison began. */
export interface Pairing {
  paired: number;
  baselineOnly: number;
  candidateOnly: number;
  /** Both backends answered, but not by arms that ask the same. */
  otherArms: number;
  /** How many garments the pairs stand for: the sum of one over the chance that both arms had to see each. */
  standsFor: number;
}

/** The newest scored answers that are looked at. */
const lookedAt = 10_000;
/** Mirrors and backfills may take this long. */
export const pairingGraceMs = 15 * 60_000;
/** Fewer garments say nothing about pairing. */
const enoughGarments = 100;
/** Shares beyond which pairing is broken. */
const mostOtherArms = 0.05;
const leastStoodFor = 0.5;

/** Counts how garments were paired; those scored in the last quarter of an hour are left out. */
export async function readPairing(
  { db }: Storage,
  { baseline, candidate }: ArmPair,
  { startedMs, nowMs }: { startedMs: number; nowMs: number },
): Promise<Pairing> {
  const rows = await db
    .selectFrom("scores")
    .innerJoin("arms", "arms.id", "scores.arm_id")
    .select(["scores.content", "scores.arm_id", "scores.inclusion", "arms.backend"])
    .where("arms.backend", "in", [baseline.backend, candidate.backend])
    .where("scores.created_ms", ">=", startedMs)
    .where("scores.scored_ms", "<", nowMs - pairingGraceMs)
    .orderBy("scores.id", "desc")
    .limit(lookedAt)
    .execute();
  const pairing = { paired: 0, baselineOnly: 0, candidateOnly: 0, otherArms: 0, standsFor: 0 };
  for (const answers of Map.groupBy(rows, ({ content }) => content).values()) {
    const one = answers.find((row) => row.arm_id === baseline.id);
    const other = answers.find((row) => row.arm_id === candidate.id);
    if (one !== undefined && other !== undefined) {
      pairing.paired += 1;
      pairing.standsFor += 1 / Math.min(one.inclusion, other.inclusion);
    } else if (new Set(answers.map(({ backend }) => backend)).size > 1) pairing.otherArms += 1;
    else if (one !== undefined) pairing.baselineOnly += 1;
    else if (other !== undefined) pairing.candidateOnly += 1;
  }
  return pairing;
}

/** Why the pairs cannot be trusted, each a phrase; empty where they can. */
export function findBrokenPairing(pairing: Pairing): string[] {
  const { paired, baselineOnly, candidateOnly, otherArms, standsFor } = pairing;
  const garments = paired + baselineOnly + candidateOnly + otherArms;
  if (garments < enoughGarments) return [];
  const reasons: string[] = [];
  if (otherArms > mostOtherArms * garments) {
    reasons.push(
      `pairing broke: ${otherArms} of ${garments} labelled garments were answered by both backends with another prompt, schema or preparation`,
    );
  }
  if (standsFor < leastStoodFor * garments) {
    reasons.push(
      `pairing broke: ${garments} labelled garments were answered, and the pairs stand for ${Math.round(standsFor)} of them: keep images (storage.images) so that missing arms can be asked, or look at GET /admin/shadow`,
    );
  }
  return reasons;
}
