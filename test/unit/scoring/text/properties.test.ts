import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  chrfCounts,
  corpusChrf,
  createTextScorer,
  loadWordnet,
  maxTextLength,
  readText,
} from "../../../../src/scoring/text/index.ts";
import { scorePair } from "./pairs.ts";

const wordnet = loadWordnet();
const scoreText = createTextScorer(() => wordnet);

/** Mostly what records are made of, so that the texts have words in common; now and then anything. */
const part = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("navy", "blue", "v-neck", "Hole", "rips", "10.5", "N/A", "é", "👕", '"', ","),
  },
  { weight: 3, arbitrary: fc.constantFrom(" ", "\n", "\u00a0") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
);
const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(""));
const settings = { seed: 7, numRuns: 400 };

const hasWord = (value: string): boolean => readText(value).words.length > 0;

describe("text metrics of any two texts", () => {
  test("are in 0..1", () => {
    fc.assert(
      fc.property(text, text, (reference, hypothesis) => {
        for (const [metric, score] of Object.entries(scoreText({ reference, hypothesis }))) {
          assert.ok(score >= 0 && score <= 1, `${metric} is ${score}`);
        }
      }),
      settings,
    );
  });

  test("are 1 for a text and itself, but for METEOR, and for ROUGE-L where nothing is left of it", () => {
    fc.assert(
      fc.property(text.filter(hasWord), (same) => {
        const scores = scoreText({ reference: same, hypothesis: same });
        const { words } = readText(same);
        assert.equal(scores.tokenSetRatio, 1);
        assert.equal(scores.levenshtein, 1);
        assert.equal(scores.chrf, 1);
        assert.equal(scores.rougeL, /[a-z0-9]/.test(same.toLowerCase()) ? 1 : 0);
        // A text of nothing but "<skipped>" or a hyphen at the end of a line has no 13a token.
        assert.ok(scores.bleu === 0 || Math.abs(scores.bleu - 1) < 1e-12);
        assert.ok(Math.abs(scores.meteor - (1 - 0.5 / words.length ** 3)) < 1e-12);
      }),
      settings,
    );
  });

  test("are the same from either side, where the metric has no sides", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [there, back] = [scorePair(a, b), scorePair(b, a)];
        for (const metric of ["token_set_ratio", "levenshtein", "rouge_l"] as const) {
          assert.ok(Math.abs(there[metric] - back[metric]) < 1e-12, metric);
        }
      }),
      settings,
    );
  });

  test("are the plain algorithms': distance and common subsequence by their tables, n-grams by their names", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [ours, theirs] = [Array.from(a), Array.from(b)];
        const longer = Math.max(ours.length, theirs.length);
        const { levenshtein, rouge_l } = scorePair(a, b);
        assert.ok(Math.abs(levenshtein - (longer === 0 ? 1 : 1 - plainDistance(ours, theirs) / longer)) < 1e-12);
        const [left, right] = [plainTokens(a), plainTokens(b)];
        const common = plainCommon(left, right);
        assert.ok(Math.abs(rouge_l - (common === 0 ? 0 : (2 * common) / (left.length + right.length))) < 1e-12);
        assert.deepEqual(
          chrfCounts(readText(a), readText(b)).slice(0, 6),
          [1, 2, 3, 4, 5, 6].map((order) => plainNgrams(readText(a).words, readText(b).words, order)),
        );
      }),
      settings,
    );
  });

  test("of a corpus of one pair, chrF++ is that pair's", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        assert.equal(corpusChrf([chrfCounts(readText(a), readText(b))]), scorePair(a, b).chrf);
      }),
      settings,
    );
  });
});

test("the scorer gives all metrics of a pair in 0..1", () => {
  const { chrf, bleu, meteor, ...exact } = scoreText({ reference: "navy blue", hypothesis: "blue" });
  assert.deepEqual(exact, { tokenSetRatio: 1, levenshtein: 1 - 5 / 9, rougeL: 2 / 3 });
  assert.deepEqual(
    [chrf, bleu, meteor].map((score) => score.toFixed(9)),
    ["0.446660885", "0.367879441", "0.263157895"],
  );
});

test("the longest text is scored and a longer one is refused", () => {
  const longest = "a".repeat(maxTextLength);
  assert.equal(scoreText({ reference: longest, hypothesis: longest }).levenshtein, 1);
  assert.throws(() => scoreText({ reference: "", hypothesis: `${longest}a` }), RangeError);
  assert.throws(() => scoreText({ reference: `${longest}a`, hypothesis: "" }), RangeError);
});

test("the longest texts of two thousand words each are scored too", () => {
  const ours = "a b ".repeat(maxTextLength / 4);
  const theirs = "b c ".repeat(maxTextLength / 4);
  const { meteor, rougeL } = scoreText({ reference: ours, hypothesis: theirs });
  assert.equal(rougeL, 0.5);
  assert.ok(meteor > 0 && meteor < 0.5);
});

test("synonyms are loaded once, and only when a pair needs them", () => {
  let loads = 0;
  const score = createTextScorer(() => {
    loads += 1;
    return wordnet;
  });
  score({ reference: "navy holes", hypothesis: "hole navy" });
  assert.equal(loads, 0);
  score({ reference: "rip", hypothesis: "tear" });
  score({ reference: "tear", hypothesis: "rip" });
  assert.equal(loads, 1);
});

const plainTokens = (value: string): string[] => value.toLowerCase().match(/[a-z0-9]+/g) ?? [];

function plainDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, symbol] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      const replaced = (row[j] as number) + (symbol === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

function plainCommon(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const symbol of a) {
    const next = [0];
    for (const [j, other] of b.entries()) {
      next.push(symbol === other ? (row[j] as number) + 1 : Math.max(row[j + 1] as number, next[j] as number));
    }
    row = next;
  }
  return row[b.length] as number;
}

function plainNgrams(ours: readonly string[], theirs: readonly string[], order: number) {
  const ngrams = (words: readonly string[]): string[] => {
    const characters = Array.from(words.join(""));
    return characters.slice(order - 1).map((_, at) => characters.slice(at, at + order).join(""));
  };
  const left = ngrams(ours);
  const free = [...left];
  const hypothesis = ngrams(theirs);
  const matches = hypothesis.filter((ngram) => {
    const at = free.indexOf(ngram);
    if (at >= 0) free.splice(at, 1);
    return at >= 0;
  });
  return { reference: left.length, hypothesis: hypothesis.length, matches: matches.length };
}
