/** The text metrics in a process of their own, so that its CPU time is theirs. */
import { loadMetricDefinitions } from "../../config/index.ts";
import { createCanonicaliser } from "../../src/attributes/index.ts";
import { createScorer } from "../../src/scoring/index.ts";
import { runChild } from "../harness/child.ts";

export interface ScoringSetup {
  pairs: { reference: string; hypothesis: string }[];
  rounds: number;
  /** Times that each round goes through all pairs. */
  repeats: number;
}

export interface ScoringReady {
  /** One figure a round. */
  cpuMsPerPair: number[];
}

const warmingRepeats = 10;

await runChild(async (setup) => {
  const { pairs, rounds, repeats } = setup as ScoringSetup;
  const scorer = createScorer({ canonicaliser: createCanonicaliser(), definitions: loadMetricDefinitions() });
  scorer.warmUp();
  const scoreAll = (): void => {
    for (const pair of pairs) scorer.scoreTexts(pair);
  };
  // What a gateway scores after its first seconds is compiled.
  for (let n = 0; n < warmingRepeats; n += 1) scoreAll();
  const cpuMsPerPair = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    for (let n = 0; n < repeats; n += 1) scoreAll();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (repeats * pairs.length);
  });
  const ready: ScoringReady = { cpuMsPerPair };
  return { ready, close: async () => {} };
});
