import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { loadWordnet, readText } from "../../../../src/scoring/text/index.ts";
import { createWordnet } from "../../../../src/scoring/text/wordnet.ts";
import type { WordnetPart } from "../../../../src/scoring/text/wordnet.ts";
import { meteor } from "./pairs.ts";

const wordnet = loadWordnet();
const areSynonyms = (a: string, b: string): boolean => wordnet.synonyms(a).has(b);

describe("the committed WordNet", () => {
  test("knows single words as synonyms, whatever the part of speech", () => {
    assert.ok(areSynonyms("tear", "rip"));
    assert.ok(areSynonyms("tear", "buck"));
    assert.ok(areSynonyms("brand", "stain"));
    assert.ok(areSynonyms("striped", "bare"));
    assert.ok(!areSynonyms("jacket", "coat"));
    assert.deepEqual([...wordnet.synonyms("xyzzy")], []);
  });

  test("tells no word with a capital, and finds words by such ones", () => {
    assert.ok(![...wordnet.synonyms("red")].some((word) => word !== word.toLowerCase()));
    assert.ok(areSynonyms("bolshevik", "red"));
    assert.ok(![...wordnet.synonyms("jean")].some((word) => word.includes("_")));
    assert.ok(areSynonyms("blue_jean", "jean"));
  });

  test("finds what a word is a form of, by rule or as an exception", () => {
    assert.ok(areSynonyms("shirts", "shirt"));
    assert.ok(areSynonyms("churches", "church"));
    assert.ok(areSynonyms("wolves", "wolf"));
    assert.ok(areSynonyms("geese", "goose"));
    assert.ok(areSynonyms("ponies", "pony"));
    assert.ok(areSynonyms("hoping", "hope"));
    assert.ok(areSynonyms("gladdest", "glad"));
  });

  test("is small, and Princeton's notice stands beside it", () => {
    const folder = "src/scoring/text";
    assert.ok(statSync(`${folder}/wordnet-3.0.json.gz`).size < 1_000_000);
    assert.match(readFileSync(`${folder}/WORDNET-LICENSE.txt`, "utf8"), /WordNet 3\.0 Copyright 2006 by Princeton/);
  });
});

describe("looking synonyms up", () => {
  const none: WordnetPart = { synsets: [], exceptions: [] };

  test("an exception keeps the rules out, and only in its part of speech", () => {
    const { synonyms } = createWordnet({
      source: "",
      parts: {
        noun: { synsets: ["axis", "ax|battle_axe", "axe"], exceptions: ["axes axis ax"] },
        verb: { synsets: ["axe hew"], exceptions: [] },
        adj: none,
        adv: none,
      },
    });
    assert.deepEqual([...synonyms("axes")].sort(), ["ax", "axe", "axis", "hew"]);
    assert.deepEqual([...synonyms("battle_axe")], ["ax"]);
  });

  test("adverbs have no forms", () => {
    const { synonyms } = createWordnet({
      source: "",
      parts: { noun: none, verb: none, adj: none, adv: { synsets: ["well good"], exceptions: ["better well"] } },
    });
    assert.deepEqual([...synonyms("wells")], []);
    assert.deepEqual([...synonyms("better")], ["well", "good"]);
  });
});

test("METEOR looks synonyms up by stems, so those of happy are not found", () => {
  assert.ok(wordnet.synonyms("happy").has("glad"));
  assert.equal(meteor(readText("glad"), readText("happy")), 0);
  assert.equal(meteor(readText("rip"), readText("tear")), 0.5);
});
