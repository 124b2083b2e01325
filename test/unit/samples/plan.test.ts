import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { colorNames } from "../../../samples/draw/palette.ts";
import { labelsOf, planGarments } from "../../../samples/draw/index.ts";
import {
  brands,
  closures,
  defects,
  necklines,
  patterns,
  sizes,
  sleeveLengths,
  types,
} from "../../../samples/draw/vocabulary.ts";
import { fieldNames, maxValueLength } from "../../../schemas/garment.ts";
import type { FieldName } from "../../../schemas/garment.ts";

const words: Readonly<Record<Exclude<FieldName, "color">, readonly string[]>> = {
  type: types,
  pattern: patterns,
  neckline: necklines,
  sleeve_length: sleeveLengths,
  closure: closures,
  brand: brands,
  size: Object.values(sizes).flat(),
  defect_type: defects,
};

function isColor(value: string): boolean {
  const parts = value.split(" and ");
  return (
    value === "multicolor" || (parts.length <= 2 && parts.every((part) => (colorNames as string[]).includes(part)))
  );
}

describe("sample labels", () => {
  test("have the nine keys, each a word of the vocabulary or null, for any seed", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const labels of planGarments(seed, 60).map(labelsOf)) {
          assert.deepEqual(Object.keys(labels), [...fieldNames]);
          for (const field of fieldNames) {
            const value = labels[field];
            if (value === null) continue;
            assert.ok(value.length > 0 && value.length <= maxValueLength);
            assert.ok(field === "color" ? isColor(value) : words[field].includes(value), `${field}: ${value}`);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("always name type, color and pattern, because every photo shows them", () => {
    for (const { type, color, pattern } of planGarments(5, 300).map(labelsOf)) {
      assert.ok(type !== null && color !== null && pattern !== null);
    }
  });

  test("give a size only where a tag shows one", () => {
    for (const plan of planGarments(6, 300)) assert.equal(labelsOf(plan).size, plan.tag?.size ?? null);
  });

  test("give a brand only where it is printed or the tag shows it", () => {
    for (const plan of planGarments(6, 300)) {
      const isShown = plan.hasPrintedBrand || plan.tag?.showsBrand === true;
      assert.equal(labelsOf(plan).brand, isShown ? plan.brand : null);
    }
  });

  test("do not count the ink of a slogan or a picture as a colour of the garment", () => {
    const printed = planGarments(3, 300).filter(
      ({ pattern }) => pattern === "text print" || pattern === "graphic print",
    );
    assert.ok(printed.length > 10);
    for (const plan of printed) assert.equal(labelsOf(plan).color, plan.base);
  });

  test("report a missing button only on garments that close with buttons", () => {
    const missing = planGarments(4, 500).filter(({ defect }) => defect === "missing button");
    assert.ok(missing.length > 3);
    for (const { closure } of missing) assert.ok(closure === "button front" || closure === "button placket");
  });
});

describe("sample plans", () => {
  test("are the same for the same seed", () => {
    assert.deepEqual(planGarments(11, 80), planGarments(11, 80));
  });

  test("differ for another seed", () => {
    assert.notDeepEqual(planGarments(11, 80).map(labelsOf), planGarments(12, 80).map(labelsOf));
  });

  test("of a small set are the start of every larger one", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), (seed, count) => {
        assert.deepEqual(planGarments(seed, 90).slice(0, count), planGarments(seed, count));
      }),
      { numRuns: 20 },
    );
  });

  test("use every word of the vocabulary within 500 garments, for any of several seeds", () => {
    for (const seed of [1, 2, 3]) {
      const labels = planGarments(seed, 500).map(labelsOf);
      for (const [field, list] of Object.entries(words)) {
        const seen = new Set(labels.map((label) => label[field as FieldName]));
        assert.deepEqual(
          list.filter((word) => !seen.has(word)),
          [],
          `seed ${seed}, ${field}`,
        );
      }
    }
  });
});
