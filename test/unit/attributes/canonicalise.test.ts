import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fieldNames } from "../../../schemas/index.ts";
import type { Attributes, FieldName, FieldVocabulary } from "../../../schemas/index.ts";
import { validateVocabulary } from "../../../src/attributes/vocabulary.ts";
import { createCanonicaliser, fieldWeights, totalWeight } from "../../../src/attributes/index.ts";

const { canonicalise, phrase, vocabularyVersion } = createCanonicaliser();

const same: Partial<Record<FieldName, string[][]>> = {
  type: [
    ["T-Shirt", "t shirt", "tshirt", "tee", "Tee Shirt", "t‑shirt", "Ｔ－ｓｈｉｒｔ"],
    ["trousers", "Pants", "pant"],
    ["hoodie", "hoody", "Hooded Sweatshirt"],
    ["Maxi Dress", "maxi-dress", "maxidress"],
  ],
  color: [
    ["grey", "Gray", "GREY "],
    ["dark grey", "dark gray", "Dark-Gray", "darkgrey"],
    ["navy", "navy blue", "Navy-Blue"],
    ["white and black", "black and white", "Black/White", "black & white", "white, black", "white with black"],
    ["navy and white", "white and navy blue"],
    ["red, white and blue", "blue/white/red"],
    ["multicolor", "multi", "Multi-Coloured", "multi-color", "multicolour"],
    ["off-white", "off white", "offwhite"],
  ],
  pattern: [
    ["solid", "plain", "Solid Colour", "no pattern"],
    ["striped", "stripes", "Stripe"],
    ["floral", "floral print", "flowers"],
    ["color block", "colourblocked", "colorblock"],
    ["tie-dye", "tie dyed"],
  ],
  neckline: [
    ["crewneck", "crew neck", "Crew", "crew-neckline"],
    ["v-neck", "V neck", "vneck", "V-Neckline", "vee neck"],
    ["collared", "collar", "Collared Neckline"],
    ["turtleneck", "turtle-neck"],
    ["funnel neck", "funnel-neck", "Funnel"],
  ],
  sleeve_length: [
    ["short", "short sleeve", "Short-Sleeved", "short sleeves"],
    ["3/4 sleeve", "¾ sleeves", "three-quarter sleeve", "three quarter length"],
    ["sleeveless", "no sleeves"],
  ],
  closure: [
    ["button", "buttons", "Button-Up", "button down", "button front", "buttoned"],
    ["zipper", "zip", "Zip Closure"],
    ["full zip", "full-zipper", "zip up", "front zip"],
    ["half zip", "½ zip", "1/2-zip"],
    ["velcro", "hook & loop"],
    ["pullover", "pull over"],
  ],
  brand: [
    ["H&M", "h & m", "HM", "H and M"],
    ["Levi's", "Levis", "LEVI’S®"],
    ["Nike", "NIKE™", "nike"],
    ["Hermès", "hermes"],
    ["FINN FLARE", "Finn-Flare", "finnflare"],
  ],
  size: [
    ["M", "Medium", "size M", "med."],
    ["XL", "X-Large", "x large", "extra large", "xl"],
    ["XXL", "2XL", "XX-Large"],
    ["32x34", "32 x 34", "32X34", "W32 L34", "32/34", "32 × 34"],
    ["8", "8.0", "Size 8"],
    ["US 8", "8 US", "us size 8"],
    ["7,5", "7.5", "7½", "7 1/2"],
    ["One Size", "OS", "one size fits all"],
  ],
  defect_type: [
    ["hole", "Holes"],
    ["stain and hole", "hole, stain"],
    ["tear", "rip", "torn"],
  ],
};

const different: Partial<Record<FieldName, string[]>> = {
  type: ["shirt", "t-shirt", "polo shirt", "sweatshirt", "shorts", "pants", "jeans"],
  color: ["navy", "blue", "light blue", "dark blue", "blue green", "blue and green", "gray", "dark gray", "black"],
  pattern: ["solid", "striped", "checked", "plaid", "text print", "graphic print", "heathered", "printed"],
  neckline: ["v-neck", "crew neck", "round neck", "scoop neck", "collared", "stand collar", "mock neck", "turtleneck"],
  sleeve_length: ["short sleeve", "long sleeve", "sleeveless", "cap sleeve", "3/4 sleeve"],
  closure: ["button front", "button placket", "zipper", "half zip", "quarter zip", "zip fly", "pullover", "pull-on"],
  brand: ["Nike", "Nike Golf", "Ralph Lauren", "Polo Ralph Lauren", "NA-KD", "A.P.C."],
  size: ["S", "M", "L", "XL", "XXL", "2X", "8", "US 8", "UK 8", "3.5", "35", "10-12", "1012", "32 34", "3234", "8P"],
  defect_type: ["hole", "small hole", "stain", "tear", "fading", "discoloration"],
};

describe("canonicalise", () => {
  for (const [field, groups] of Object.entries(same) as [FieldName, string[][]][]) {
    for (const group of groups) {
      test(`${field}: ${group.join(" = ")}`, () => {
        assert.equal(new Set(group.map((value) => canonicalise(field, value))).size, 1, inForms(field, group));
        assert.notEqual(canonicalise(field, group[0] as string), null);
      });
    }
  }

  for (const [field, values] of Object.entries(different) as [FieldName, string[]][]) {
    test(`${field}: never merges what differs`, () => {
      assert.equal(
        new Set(values.map((value) => canonicalise(field, value))).size,
        values.length,
        inForms(field, values),
      );
    });
  }

  test("reads null and every spelling of it as null, in each field", () => {
    for (const field of fieldNames) {
      for (const value of [null, "", " ", "N/A", "None", "not visible", "—", "™"]) {
        assert.equal(canonicalise(field, value), null, `${field} ${value}`);
        assert.equal(phrase(field, value), null);
      }
    }
    assert.equal(canonicalise("neckline", "none neckline"), null);
  });

  test("changes nothing the second time, whatever the text", () => {
    const words = Object.values(same).flat(2);
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom(...words, "and", "neck", "size", "/", "&", ",", "½", "8", "grey"), { maxLength: 5 })
        .map((parts) => parts.join(" ")),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fieldNames), text, (field, value) => {
        const once = canonicalise(field, value);
        assert.equal(canonicalise(field, once), once);
        assert.equal(canonicalise(field, phrase(field, value)), once);
      }),
      { numRuns: 3000, seed: 7 },
    );
  });

  test("gives phrases that people can read", () => {
    assert.equal(phrase("neckline", "CREWNECK"), "crew neck");
    assert.equal(phrase("type", "Maxi-Dress"), "maxi dress");
    assert.equal(phrase("color", "White/Navy"), "navy blue and white");
  });
});

describe("the shipped vocabulary", () => {
  test("gives each name and its other names one form, and no other name the same", () => {
    for (const [field, { values }] of Object.entries(validateVocabulary()) as [FieldName, FieldVocabulary][]) {
      const forms = Object.entries(values).map(([name, others]) => {
        const form = canonicalise(field, name);
        for (const other of others) assert.equal(canonicalise(field, other), form, `${field}: ${other}`);
        return form;
      });
      assert.equal(new Set(forms).size, forms.length, field);
    }
  });

  test("is refused where it is none", () => {
    const vocabulary = structuredClone(validateVocabulary());
    vocabulary.color.values["red"] = [""];
    assert.throws(() => validateVocabulary(vocabulary), /vocabulary\.json: data\/color\/values\/red\/0/);
    assert.throws(() => validateVocabulary({}), /must have required property 'type'/);
  });
});

describe("the owner's aliases", () => {
  test("win over the shipped vocabulary, and a name that stands for itself leaves it", () => {
    const owned = createCanonicaliser({ color: { navy: "navy", midnight: "Navy Blue", ecru: "warm sand" } });
    assert.notEqual(owned.canonicalise("color", "navy"), owned.canonicalise("color", "navy blue"));
    assert.equal(owned.canonicalise("color", "Midnight"), "navy blue");
    assert.equal(owned.canonicalise("color", "ecru"), owned.canonicalise("color", "Warm-Sand"));
    assert.equal(owned.canonicalise("color", "ecru and red"), owned.canonicalise("color", "red/warm sand"));
  });

  test("name sets in any order", () => {
    const owned = createCanonicaliser({ color: { "white and black": "monochrome" } });
    assert.equal(owned.canonicalise("color", "Black/White"), "monochrome");
    assert.equal(owned.canonicalise("color", "white & black"), "monochrome");
  });

  test("may form a ring and end all the same", () => {
    const owned = createCanonicaliser({ brand: { a: "b", b: "c", c: "a", d: "d and e" } });
    for (const brand of ["a", "b", "c", "d"]) assert.equal(typeof owned.canonicalise("brand", brand), "string");
  });

  test("change the version, whatever their order", () => {
    assert.match(vocabularyVersion, /^[0-9a-f]{12}$/);
    assert.equal(createCanonicaliser().vocabularyVersion, vocabularyVersion);
    const one = createCanonicaliser({ color: { a: "b", c: "d" } }).vocabularyVersion;
    assert.notEqual(one, vocabularyVersion);
    assert.equal(createCanonicaliser({ color: { c: "d", a: "b" } }).vocabularyVersion, one);
  });
});

const garments = "../shared/garments";
const isThere = existsSync(`${garments}/labels-second-reader.jsonl`);

test(
  "two readers of the same photos agree at least as often as by exact match",
  { skip: isThere ? false : "no ../shared/garments here" },
  (t) => {
    const first = new Map(readLabels("labels.jsonl").map(({ image, labels }) => [image, labels]));
    const pairs = readLabels("labels-second-reader.jsonl").map(({ image, labels }) => [first.get(image), labels]);
    const share = (field: FieldName, form: (value: string | null) => string | null): number =>
      pairs.filter(([a, b]) => form(a?.[field] ?? null) === form(b?.[field] ?? null)).length / pairs.length;
    let weighted = 0;
    for (const field of fieldNames) {
      const exact = share(field, (value) => value);
      const canonical = share(field, (value) => canonicalise(field, value));
      t.diagnostic(`${field}: exact ${exact.toFixed(3)}, canonical ${canonical.toFixed(3)}`);
      assert.ok(canonical >= exact, field);
      weighted += fieldWeights[field] * canonical;
    }
    t.diagnostic(`weighted, canonical: ${(weighted / totalWeight).toFixed(3)}`);
    assert.ok(weighted / totalWeight > 0.94);
    assert.ok(share("color", (value) => canonicalise("color", value)) >= 0.7, "grey and gray are one colour");
  },
);

function readLabels(file: string): { image: string; labels: Attributes }[] {
  return readFileSync(`${garments}/${file}`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { image: string; labels: Attributes });
}

function inForms(field: FieldName, values: string[]): string {
  return values.map((value) => `${value} → ${canonicalise(field, value)}`).join("; ");
}
