import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import type { Sighting, Vision } from "../../src/simulator/index.ts";
import { photo, postLabels, postPhoto, startLoad } from "./background-load.ts";
import { fixedAttributes, fixedVision } from "./fixed-vision.ts";
import type { ObservedFleet } from "./observed-fleet.ts";
import { shortRules } from "./short-rules.ts";

export const evaluationRules = [shortRules("grafana/prometheus/rules/evaluation.yml")];

/** Everything is mirrored, nothing is kept for later, and five pairs are enough. */
export const evaluationConfig = {
  log: { level: "warn" },
  storage: { images: { retain: "none" } },
  shadow: { mirror_rate: 1, max_queue: 4, max_spool: 0, decision: { min_pairs: 5 } },
};

/** Callers whose photos get a label soon after. */
export function startLabelledLoad(t: TestContext, { url }: ObservedFleet) {
  return startLoad(t, {
    callers: 2,
    pauseMs: 60,
    async send(n) {
      const bytes = photo(n);
      const answer = await postPhoto(url, bytes);
      await postLabels(url, [bytes], fixedAttributes);
      return answer;
    },
  });
}

/** Changes the store behind the gateway's back. */
export function changeStore({ storageFile }: ObservedFleet, ...statements: string[]): void {
  const db = new DatabaseSync(storageFile, { timeout: 5000 });
  for (const statement of statements) db.exec(statement);
  db.close();
}

/** Eyes that see another garment than `fixedVision`. */
export function otherEyes(): Vision {
  const seen = (value: string) => ({ value, probability: 0.9, alternatives: [] });
  const right = fixedVision().combine([]);
  const wrong = {
    ...right,
    type: seen("dress"),
    color: seen("red"),
    pattern: seen("striped"),
    neckline: seen("v-neck"),
  };
  return { look: async () => wrong, combine: ([first]) => first as Sighting, close: async () => {} };
}
