import { setImmediate } from "node:timers/promises";
import type { Canonicaliser } from "../attributes/index.ts";
import type { Scorer as Scoring } from "../scoring/index.ts";
import type { Semantics } from "../semantics/index.ts";
import type { Judge, JudgedRecord } from "./judge-answers.ts";

/** Some milliseconds of text metrics, then live requests get their turn. */
const recordsPerTurn = 16;

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
    async qualitiesOf(records) {
      const qualities: Awaited<ReturnType<typeof qualityOf>>[] = [];
      for (let start = 0; start < records.length; start += recordsPerTurn) {
        qualities.push(...(await Promise.all(records.slice(start, start + recordsPerTurn).map(qualityOf))));
        await setImmediate();
      }
      return qualities;
    },
  };
}
