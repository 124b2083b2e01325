import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { cleanValue } from "../../../src/attributes/index.ts";

const value = (raw: unknown): string | null => {
  const cleaned = cleanValue(raw);
  assert.ok(cleaned.ok, `${JSON.stringify(raw)} is a value`);
  return cleaned.value;
};

describe("cleanValue", () => {
  test("keeps a value exactly as it is written", () => {
    for (const text of [
      "t-shirt",
      "T-Shirt",
      "3/4 sleeve",
      "H&M",
      "Müller",
      "日本",
      "👕",
      "& Other Stories",
      "0",
      "!x!",
    ]) {
      assert.equal(value(text), text);
    }
  });

  const spellingsOfNothing = [
    ["", " ", "\t\n", "-", "--", "—", "?", "...", "…", "/", "()", "\u200B", " not  visible ", "can’t tell"],
    'N/A n/a N.A. NA na Ｎ／Ａ NaN nil null NULL None none. <none> "none" No not_visible Not-Visible notVisible'.split(
      " ",
    ),
    "n / a|NOT VISIBLE|not applicable|Unknown.|(unknown)|unclear|cannot be determined|can not be determined".split("|"),
    "can't be determined|no visible defects|None visible|no brand|brand unknown".split("|"),
  ].flat();
  for (const text of spellingsOfNothing) {
    test(`reads ${JSON.stringify(text)} as nothing`, () => assert.equal(value(text), null));
  }

  const realValues = [
    "Nana NA-KD Naked Nautica Noname N°21 Nonette NoNo Nike unbranded missing hidden plain other UNK UN S 0 00 XS/S $",
    "Unknown Pleasures|None of the Above|No Boundaries|No Name|No. 21|missing button|invisible zipper|no pattern|no sleeves",
  ].flatMap((line) => line.split(line.includes("|") ? "|" : " "));
  for (const text of realValues) {
    test(`does not take the value ${JSON.stringify(text)} for nothing`, () => assert.equal(value(text), text));
  }

  test("turns a number into its text", () => {
    assert.deepEqual([42, 0, 36.5, -1].map(value), ["42", "0", "36.5", "-1"]);
  });

  test("keeps null", () => assert.equal(value(null), null));

  for (const raw of [true, false, [], ["M"], {}, { value: "M" }, undefined, NaN, Infinity, -Infinity]) {
    test(`refuses ${inspect(raw)}`, () => {
      assert.deepEqual(cleanValue(raw), { ok: false, reason: "must be a string or null" });
    });
  }

  test("trims Unicode spaces, control, zero-width and direction characters", () => {
    assert.equal(value("\u0000\u00A0\u3000\uFEFF\u200B\u200E navy blue\u2028\u2009\u00AD\u007F\r\n"), "navy blue");
  });

  test("puts one space where control characters stood inside a value", () => {
    assert.equal(value("The\r\nNorth\u0000Face"), "The North Face");
  });

  test("accepts 80 characters and refuses 81, counted as code points after trimming", () => {
    assert.equal(value(` ${"x".repeat(80)} `), "x".repeat(80));
    assert.equal(value("👕".repeat(80)), "👕".repeat(80));
    assert.equal(cleanValue("x".repeat(81)).ok, false);
    assert.equal(cleanValue("👕".repeat(81)).ok, false);
    assert.equal(cleanValue(`${"👕".repeat(79)}xx`).ok, false);
  });

  test("refuses half a character", () => {
    assert.equal(cleanValue("Nike \uD83D").ok, false);
    assert.equal(cleanValue("\uDC55").ok, false);
  });

  test("cleaning twice changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (raw) => {
        const once = cleanValue(raw);
        if (once.ok) assert.deepEqual(cleanValue(once.value), once);
      }),
    );
  });

  test("any JSON value is either refused or becomes null or a trimmed text of 1 to 80 characters", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (raw) => {
        const cleaned = cleanValue(raw);
        if (!cleaned.ok || cleaned.value === null) return;
        assert.equal(cleaned.value, cleaned.value.trim());
        const length = Array.from(cleaned.value).length;
        assert.ok(length >= 1 && length <= 80);
      }),
    );
  });
});
