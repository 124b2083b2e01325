import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drawFront, drawTag, planGarments } from "../../../samples/draw/index.ts";
import { drawText } from "../../../samples/draw/letters.ts";
import { brands, sizes } from "../../../samples/draw/vocabulary.ts";

const plans = planGarments(8, 120);
const fronts = plans.map((plan) => ({ plan, svg: drawFront(plan) }));

describe("a front view", () => {
  test("is the same text for the same plan", () => {
    for (const { plan, svg } of fronts.slice(0, 30)) assert.equal(drawFront(structuredClone(plan)), svg);
  });

  test("depends on no installed font", () => {
    for (const { svg } of fronts) assert.doesNotMatch(svg, /<text|font-/);
  });

  test("has only finite numbers", () => {
    for (const { svg } of fronts) assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  });

  test("refers only to what it defines, and defines it once", () => {
    for (const { plan, svg } of fronts) {
      const defined = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      assert.equal(new Set(defined).size, defined.length);
      for (const [, id] of svg.matchAll(/(?:url\(|href=")#([^)"]+)/g))
        assert.ok(defined.includes(id), `${id} of ${plan.index}`);
    }
  });

  test("shows the maker's name exactly where the plan prints it", () => {
    for (const { plan, svg } of fronts) {
      assert.equal(svg.includes(`aria-label="${plan.brand}"`), plan.hasPrintedBrand, `garment ${plan.index}`);
    }
  });

  test("with a defect differs from the same garment without it", () => {
    const damaged = fronts.filter(({ plan }) => plan.defect !== null);
    assert.ok(damaged.length > 20);
    for (const { plan, svg } of damaged)
      assert.notEqual(drawFront({ ...plan, defect: null }), svg, `garment ${plan.index}`);
  });

  test("of a striped garment differs from the same garment in one colour", () => {
    const striped = fronts.filter(({ plan }) => plan.pattern === "striped");
    assert.ok(striped.length > 3);
    for (const { plan, svg } of striped) assert.notEqual(drawFront({ ...plan, pattern: "solid", accents: [] }), svg);
  });
});

describe("a tag view", () => {
  test("shows the size that the label names, and the maker's name where the plan says so", () => {
    const tagged = plans.filter(({ tag }) => tag !== null);
    assert.ok(tagged.length > 30);
    for (const plan of tagged) {
      const svg = drawTag(plan);
      assert.ok(svg.includes(`aria-label="${plan.tag?.size}"`));
      assert.equal(svg.includes(`aria-label="${plan.brand}"`), plan.tag?.showsBrand);
    }
  });

  test("is refused for a garment without a tag", () => {
    const bare = plans.find(({ tag }) => tag === null);
    assert.ok(bare !== undefined);
    assert.throws(() => drawTag(bare), RangeError);
  });
});

describe("letters", () => {
  const style = { x: 0, y: 0, height: 12, color: "#000" };

  test("exist for every brand and size", () => {
    for (const word of [...brands, ...Object.values(sizes).flat()]) {
      const strokes = drawText(word, style).match(/<path /g) ?? [];
      assert.equal(strokes.length, word.replaceAll(" ", "").length, word);
    }
  });

  test("are all different", () => {
    const letters = Array.from(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/%",
      (letter) => drawText(letter, style).match(/ d="([^"]+)"/)?.[1],
    );
    assert.equal(new Set(letters).size, letters.length);
  });

  test("that are missing are refused rather than left out", () => {
    assert.throws(() => drawText("é", style), RangeError);
  });
});
