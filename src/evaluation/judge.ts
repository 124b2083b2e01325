import type { Canonicaliser } from "../attributes/index.ts";
import type { Scorer as Scoring } from "../scoring/index.ts";
import type { Semantics } from "../semantics/index.ts";
import type { Judge, JudgedRecord } from "./score-contents.ts";

interface Parts {
  canonicaliser: Canonicaliser;
  scoring: Scoring;
  semantics: Pick<Semantics, "isConfigured" | "compare">;
}

/** Holds answers against truths with the formulas of scoring, and with what SBERT and NLI say where they are named. */
export function createJudge({ canonicaliser, scoring, semantics }: Parts): Judge {
  async function qualityOf({ attributes, labels }: JudgedRecord): Promise<{ value: number; partial: boolean }> {
    // Of a failed answer nothing is kept that could be compared, and nothing of it is right.
    if (attributes === null) return { value: 0, partial: !semantics.isConfigured };
    const record = scoring.scoreRecord(attributes, labels);
    const { quality } = record.finish(semantics.isConfigured ? await semantics.compare(record.texts) : undefined);
    return quality;
  }

  return {
    canonicalise: canonicaliser.canonicalise,
    scoreFields: scoring.scoreFields,
    scorerVersion: scoring.scorerVersion,
    qualitiesOf: (records) => Promise.all(records.map(qualityOf)),
  };
}
