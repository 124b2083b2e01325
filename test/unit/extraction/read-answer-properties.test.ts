import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { cleanValue } from "../../../src/attributes/index.ts";
import { mergeReask, readAnswer, validateAttributes } from "../../../src/extraction/index.ts";
import type { Answer, FieldValues } from "../../../src/extraction/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import { attributes, reply } from "./reply.ts";

/** A field's value in its final form, biased to what makes JSON hard to cut and scan. */
const value = fc.oneof(
  fc.constant(null),
  fc
    .oneof(
      fc.string({ maxLength: 30 }),
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.string({ unit: fc.constantFrom(...'\\ " { } [ ] , : é 日 👕 n'.split(" ")) }),
    )
    .filter((text) => {
      const cleaned = cleanValue(text);
      return cleaned.ok && cleaned.value === text;
    }),
);
const garment = fc
  .tuple(...fieldNames.map(() => value))
  .map((values) => Object.fromEntries(values.map((each, i) => [fieldNames[i], each])));
const indent = fc.constantFrom(0, 1, 2);

/** Text that looks like an answer and is none. */
const garbage = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'{ } [ ] " , : \\ \n'.split(" "),
        " ",
        "null",
        "{",
        '"type"',
        '"type":',
        '"color": "red"',
        "4",
        "tru",
      ),
      fc.string({ maxLength: 3 }),
    ),
    {
      maxLength: 60,
    },
  )
  .map((pieces) => pieces.join(""));

function valuesOf(answer: Answer): FieldValues {
  return answer.status === "valid" ? answer.attributes : answer.values;
}

describe("reading any answer", () => {
  test("a whole one gives exactly its values", () => {
    fc.assert(
      fc.property(garment, indent, (object, spaces) => {
        const answer = readAnswer(reply(JSON.stringify(object, null, spaces)));
        assert.ok(answer.status === "valid" && !answer.isRepaired);
        assert.deepEqual(answer.attributes, object);
      }),
    );
  });

  test("one cut at any byte keeps only values that are exactly right, and all that were complete", () => {
    fc.assert(
      fc.property(garment, indent, (object, spaces) => {
        const bytes = Buffer.from(JSON.stringify(object, null, spaces));
        let keptBefore = 0;
        for (let length = 0; length < bytes.length; length += 1) {
          const kept = valuesOf(readAnswer(reply(bytes.subarray(0, length).toString(), { finishReason: "length" })));
          for (const [field, each] of Object.entries(kept)) assert.equal(each, object[field]);
          const count = Object.keys(kept).length;
          assert.ok(count >= keptBefore, "a longer prefix never keeps less");
          keptBefore = count;
        }
        assert.equal(keptBefore, 9, "all is there before the last brace");
      }),
      { numRuns: 30 },
    );
  });

  test("one in prose of any kind without braces gives its values", () => {
    const prose = fc.string({ unit: "binary" }).map((text) => text.replaceAll(/[{}]/g, ""));
    fc.assert(
      fc.property(garment, prose, prose, (object, before, after) => {
        const answer = readAnswer(reply(`. ${before}${JSON.stringify(object)}${after}`));
        assert.ok(answer.status === "valid" && answer.isRepaired);
        assert.deepEqual(answer.attributes, object);
      }),
    );
  });

  test("a JSON object gives for each field what JSON.parse and cleaning give", () => {
    const key = fc.oneof(fc.constantFrom(...fieldNames), fc.string(), fc.constantFrom("__proto__", "toString"));
    const object = fc.dictionary(key, fc.oneof(value, fc.jsonValue({ maxDepth: 3 })), { maxKeys: 14 });
    fc.assert(
      fc.property(object, indent, (raw, spaces) => {
        const read = valuesOf(readAnswer(reply(JSON.stringify(raw, null, spaces))));
        for (const field of fieldNames) {
          const cleaned = cleanValue(Object.hasOwn(raw, field) ? raw[field] : undefined);
          assert.equal(read[field], cleaned.ok ? cleaned.value : undefined, field);
        }
      }),
    );
  });

  test("garbage is never an error of ours, and whatever is read from it fits the contract", () => {
    fc.assert(
      fc.property(
        fc.option(garbage),
        fc.option(garbage),
        fc.constantFrom("stop", "length", null),
        (content, reasoning, finishReason) => {
          const answer = readAnswer({ content, reasoning, finishReason, logprobs: [] });
          for (const each of Object.values(valuesOf(answer)))
            assert.deepEqual(cleanValue(each), { ok: true, value: each });
          if (answer.status === "valid") assert.ok(validateAttributes(answer.attributes));
          else {
            assert.deepEqual([...Object.keys(answer.values), ...answer.badFields].sort(), [...fieldNames].sort());
            mergeReask(answer, reply(content));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("garbage before a whole answer costs at most fields, never their truth", () => {
    fc.assert(
      fc.property(garbage, (before) => {
        const draft = valuesOf(readAnswer(reply(before)));
        const read = valuesOf(readAnswer(reply(`${before}\n${JSON.stringify(attributes)}`)));
        for (const field of fieldNames) {
          const isTrue = read[field] === attributes[field] || read[field] === undefined || read[field] === draft[field];
          assert.ok(isTrue, `${field}: ${read[field]}`);
        }
      }),
    );
  });
});

describe("a megabyte", () => {
  // Each costs as much as the first 65,536 characters; a scan that is quadratic in them, or recursive, would not return.
  const pieces = [
    " ",
    "\n",
    "{",
    "}",
    "[",
    '"',
    "\\",
    ",",
    ":",
    '{"',
    '{"a":',
    '{"type":',
    '{"a":[',
    '{"type":1,',
    '{"type":"x"},',
  ];
  for (const piece of [...pieces, '"type":', '{"type":"\\x"},', "null", "x{", '{"type": "x" ']) {
    test(`of ${JSON.stringify(piece)} is read to its cap and not beyond`, () => {
      const filler = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const answer = readAnswer(reply(`${filler}${JSON.stringify(attributes)}`));
      assert.equal(answer.status, "partial");
    });
  }

  test("of nesting inside a member leaves the members before it", () => {
    const answer = readAnswer(reply(`{"type": "t-shirt", "color": ${'{"a":['.repeat(200_000)}`));
    assert.deepEqual(valuesOf(answer), { type: "t-shirt" });
  });
});
