import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCodePoints, readText, splitWords } from "../../../../src/scoring/text/text.ts";
import { tokens13a } from "../../../../src/scoring/text/tokens-13a.ts";

test("words are Python's, not JavaScript's: U+001C and U+0085 part them, U+FEFF does not", () => {
  assert.deepEqual(splitWords(" a\u001cb\u0085c\u00a0d\u3000e\u2028f "), ["a", "b", "c", "d", "e", "f"]);
  assert.deepEqual(splitWords("a\ufeffb\u200bc"), ["a\ufeffb\u200bc"]);
  assert.deepEqual(splitWords(" \t"), []);
});

test("characters are code points, and a lone surrogate is one", () => {
  assert.deepEqual([...readText("a👕\ud83d").codePoints], [0x61, 0x1f455, 0xd83d]);
});

test("words are sorted by code points, so emoji come last", () => {
  const sorted = ["👕", "\uffee", "👔", "b", "", "ab", "a"].sort(compareCodePoints);
  assert.deepEqual(sorted, ["", "a", "ab", "b", "\uffee", "👔", "👕"]);
});

test("13a makes tokens of punctuation, but not within numbers and hyphenated words", () => {
  assert.deepEqual(tokens13a('{"neck":"v-neck"}'), ["{", '"', "neck", '"', ":", '"', "v-neck", '"', "}"]);
  assert.deepEqual(tokens13a("1,234.5 a.b 10.x 5-10 don't"), [
    "1,234.5",
    "a",
    ".",
    "b",
    "10",
    ".",
    "x",
    "5",
    "-",
    "10",
    "don't",
  ]);
  assert.deepEqual(tokens13a("soft-\nware<skipped>s\nend-\n"), ["softwares", "end-"]);
  assert.deepEqual(tokens13a("AT&amp;T &lt;b&gt; &quot;"), ["AT", "&", "T", "<", "b", ">", '"']);
  assert.deepEqual(tokens13a("a.,b 1.,2 .5"), ["a", ".", ",", "b", "1", ".", ",", "2", ".", "5"]);
});
