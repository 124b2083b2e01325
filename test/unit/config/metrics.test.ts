import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ConfigError, loadMetricDefinitions } from "../../../config/index.ts";
import { fieldWeights } from "../../../src/attributes/index.ts";

/** Loads the shipped definitions with some members replaced, or the given text. */
function loadChanged(change: Record<string, unknown> | string): unknown {
  const folder = mkdtempSync(join(tmpdir(), "definitions-"));
  try {
    const file = join(folder, "metrics.json");
    const text = typeof change === "string" ? change : JSON.stringify({ ...loadMetricDefinitions(), ...change });
    writeFileSync(file, text);
    return loadMetricDefinitions(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the metric definitions", () => {
  test("print the field weights that are used, and weights that add up to 1", () => {
    const { field_weights: weights, composite, reward } = loadMetricDefinitions();
    assert.deepEqual({ ...weights }, { ...fieldWeights });
    assert.deepEqual(composite, { structured_match: 0.6, sbert: 0.25, token_set_ratio: 0.1, rouge_l: 0.05 });
    assert.deepEqual(reward, { structure: 0.2, content: 0.8 });
  });

  const refused: [string, Record<string, unknown> | string, RegExp][] = [
    [
      "composite weights that do not add up",
      { composite: { structured_match: 0.6, sbert: 0.25, token_set_ratio: 0.1, rouge_l: 0.06 } },
      /composite: found weights that add up to 1\.01/,
    ],
    ["a reward beyond 1", { reward: { structure: 0.3, content: 0.8 } }, /reward: found weights/],
    [
      "an unknown combiner",
      { structured_combiner: "maximum" },
      /structured_combiner: found "maximum", expected one of product, mean/,
    ],
    ["a penalty above 1", { hallucination: { threshold: 0.5, penalty: 1.1 } }, /hallucination\.penalty/],
    ["an unknown key", { colour: 1 }, /colour: found an unknown key/],
    ["text that is no JSON", "{", /no readable JSON/],
  ];
  for (const [what, change, message] of refused) {
    test(`refuse ${what}`, () => {
      assert.throws(
        () => loadChanged(change),
        (error) => error instanceof ConfigError && message.test(error.message),
      );
    });
  }
});
