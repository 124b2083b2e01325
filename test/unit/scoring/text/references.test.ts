import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { chrfCounts, corpusChrf, readText } from "../../../../src/scoring/text/index.ts";
import { differences, readPairs } from "./pairs.ts";
import type { ScoredPair } from "./pairs.ts";

test("every metric gives what the reference libraries give: records, words, emoji, other scripts, blanks", () => {
  const { pairs } = readPairs();
  assert.ok(pairs.length > 300);
  assert.deepEqual(differences(pairs), []);
});

test("chrF++ of many pairs adds their counts up first", () => {
  const { pairs, corpusChrf: expected } = readPairs();
  const counts = pairs.map((pair) => chrfCounts(readText(pair.reference), readText(pair.hypothesis)));
  assert.ok(Math.abs(corpusChrf(counts) - expected) < 1e-9, `${corpusChrf(counts)} instead of ${expected}`);
  assert.equal(corpusChrf([]), 0);
});

const goldenFile = "../shared/golden_metrics.json";

test(
  "every metric gives what the shared golden file says",
  { skip: !existsSync(goldenFile) && `${goldenFile} is not here; the committed pairs are tested above` },
  () => {
    const { vectors } = JSON.parse(readFileSync(goldenFile, "utf8")) as { vectors: GoldenVector[] };
    assert.ok(vectors.length > 0);
    const pairs = vectors.map((vector): ScoredPair => ({
      reference: vector.ref,
      hypothesis: vector.hyp,
      token_set_ratio: vector.token_set_ratio,
      levenshtein: vector.levenshtein,
      rouge_l: vector.rougeL_f,
      chrf: vector.chrfpp,
      bleu: vector.sent_bleu,
      meteor: vector.meteor_ws_tokens,
    }));
    assert.deepEqual(differences(pairs), []);
  },
);

interface GoldenVector {
  ref: string;
  hyp: string;
  token_set_ratio: number;
  levenshtein: number;
  rougeL_f: number;
  chrfpp: number;
  sent_bleu: number;
  meteor_ws_tokens: number;
}
