import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  createMeteor,
  levenshteinSimilarity,
  loadWordnet,
  readText,
  rougeL,
  sentenceBleu,
  tokenSetRatio,
} from "../../../../src/scoring/text/index.ts";
import type { Text } from "../../../../src/scoring/text/index.ts";

type Metric = (reference: Text, hypothesis: Text) => number;

/** Within half a unit of the last digit that the source prints. */
function assertScores(metric: Metric, vectors: readonly (readonly [string, string, number])[], digits = 9): void {
  for (const [reference, hypothesis, expected] of vectors) {
    const actual = metric(readText(reference), readText(hypothesis));
    assert.ok(Math.abs(actual - expected) <= 0.51 * 10 ** -digits, `${reference} | ${hypothesis}: ${actual}`);
  }
}

describe("the vectors that the sources themselves print", () => {
  test("token set ratio: rapidfuzz, tests/test_fuzz.py and docstrings", () => {
    assertScores(tokenSetRatio, [
      ["new york mets vs atlanta braves", "atlanta braves vs new york mets", 100],
      ["js", "vue js", 100],
      ["", "", 0],
      ["    ", "    ", 0],
      ["fuzzy was a bear", "fuzzy fuzzy was a bear", 100],
      ["fuzzy was a bear but not a dog", "fuzzy was a bear", 100],
    ]);
    assertScores(tokenSetRatio, [["fuzzy was a bear but not a dog", "fuzzy was a bear but not a cat", 92.3076923]], 7);
  });

  test("Levenshtein: rapidfuzz, tests/distance/test_Levenshtein.py and docstrings", () => {
    const byDistance = (a: string, b: string, distance: number) =>
      [a, b, 1 - distance / Math.max(a.length, b.length)] as const;
    assertScores(levenshteinSimilarity, [
      ["", "", 1],
      ["", "a", 0],
      byDistance("aaaa", "aaaa", 0),
      byDistance("0", "101", 2),
      byDistance("00", "0", 1),
      byDistance("ÁÄ", "ABCD", 4),
      byDistance("qabxcd", "abycdf", 3),
      byDistance("Lorem ipsum.", "XYZLorem ABC iPsum", 9),
      byDistance("lewenstein", "levenshtein", 2),
      // Two code points of UTF-16's three units.
      ["👕 shirt", "shirt", 5 / 7],
    ]);
  });

  test("ROUGE-L: google-research, rouge/rouge_scorer_test.py", () => {
    assertScores(rougeL, [
      ["testing one two", "testing one", 0.8],
      ["testing one two", "testing two", 0.8],
      ["testing one two", "", 0],
      ["v-neck", "V neck", 1],
      ["café", "caf", 1],
      ["日本", "日本", 0],
    ]);
  });

  test("sentence BLEU: sacrebleu, test/test_sentence_bleu.py and test/test_bleu.py", () => {
    assertScores(
      sentenceBleu,
      [
        [
          "producţia de zahăr brut se exprimă în zahăr alb;",
          "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;",
          8.493,
        ],
        ["this is a cat", "okay thanks", 0],
        ["this is a test", "this is a test", 100],
      ],
      3,
    );
    assertScores(sentenceBleu, [["a test", "test", 36.7879441]], 7);
  });

  const wordnet = loadWordnet();
  const meteor = createMeteor(() => wordnet);
  const military = "It is a guide to action which ensures that the military always obeys the commands of the party";
  const forever = "It is a guide to action that ensures that the military will forever heed Party commands";

  test("METEOR: NLTK, test_meteor.py, docstrings and meteor.doctest", () => {
    assertScores(meteor, [
      ["this is a test", "THIS Is a tEST", 0.9921875],
      ["the cat sat on the mat", "on the mat sat the cat", 0.5],
    ]);
    assertScores(
      meteor,
      [
        [forever, military, 0.6944],
        ["this is a cat", "non matching hypothesis", 0],
        ["the cat sat on the mat", "the cat sat on the mat", 0.9977],
        ["the cat sat on the mat", "The cat was sat on the mat", 0.9654],
        ["create or update a vm set", "creates or updates a virtual machine scale set", 0.7806],
      ],
      4,
    );
  });

  test("METEOR of n equal words is 1 - 0.5/n³, so one word alone is never right", () => {
    assertScores(meteor, [
      ["navy", "navy", 0.5],
      ["navy blue", "navy blue", 0.9375],
      ["", "", 0],
    ]);
  });
});
