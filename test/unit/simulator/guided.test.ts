import assert from "node:assert/strict";
import test from "node:test";
import { Ajv } from "ajv";
import fc from "fast-check";
import { fieldNames } from "../../../schemas/index.ts";
import { seededRandom } from "../../../src/kernel/index.ts";
import { generate } from "../../../src/simulator/guided/generate.ts";
import { samplePattern } from "../../../src/simulator/guided/pattern-sample.ts";
import { writeProse } from "../../../src/simulator/guided/prose.ts";
import { renderJson } from "../../../src/simulator/guided/render.ts";
import type { JsonLayout } from "../../../src/simulator/guided/render.ts";
import { UnusableSchema } from "../../../src/simulator/guided/schema-node.ts";
import { isRefusedByXgrammar } from "../../../src/simulator/guided/xgrammar-limits.ts";
import { createSighting, stubAttributes } from "../../support/stub-vision.ts";

function say(schema: unknown, sighting: Parameters<typeof generate>[1] = null, layout: JsonLayout = "fixed"): string {
  return renderJson(generate(schema, sighting), layout)
    .map(({ text }) => text)
    .join("");
}

/** Without members that hide an object's own methods: ajv's comparison calls them. */
const json = fc
  .jsonValue({ maxDepth: 1, noUnicodeString: false })
  .filter((value) => !/"(toString|valueOf|constructor)"/.test(JSON.stringify(value)));
const length = fc.nat({ max: 30 });
const pair = fc.tuple(length, length).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

/** Any schema of the kinds that vLLM with xgrammar takes. */
const { schema: anySchema } = fc.letrec<{ schema: object; object: object }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant({ type: "null" }),
    fc.constant({ type: "boolean" }),
    json.map((value) => ({ const: value })),
    fc
      .uniqueArray(json, { minLength: 1, maxLength: 4, selector: (value) => JSON.stringify(value) })
      .map((words) => ({ enum: words })),
    pair.map(([minLength, maxLength]) => ({ type: "string", minLength, maxLength })),
    pair.map(([minLength, maxLength]) => ({ type: ["null", "string"], minLength, maxLength })),
    fc
      .constantFrom("^[a-z]{2,5}$", "^(XS|S|M)$", "^\\d+(\\.\\d{2})?$", "^[^x]*y?$")
      .map((pattern) => ({ type: "string", pattern })),
    pair.map(([minimum, maximum]) => ({ type: "integer", minimum, maximum })),
    pair.map(([low, high]) => ({ type: "number", exclusiveMinimum: low - 20.5, exclusiveMaximum: high - 20 })),
    fc.tuple(tie("schema"), fc.nat({ max: 3 })).map(([items, minItems]) => ({ type: "array", items, minItems })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie("schema").map((part) => ({ allOf: [part] })),
    tie("object"),
  ),
  object: fc
    .dictionary(fc.oneof(fc.constantFrom(...fieldNames), fc.string({ maxLength: 8 })), tie("schema"), { maxKeys: 5 })
    .filter((properties) => !("__proto__" in properties))
    .map((properties) => ({
      type: "object",
      properties,
      required: Object.keys(properties).filter((_, i) => i % 2 === 0),
      additionalProperties: false,
    })),
}));

test("an answer is valid under any supported schema, in both layouts, with and without something to see", () => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: true });
  fc.assert(
    fc.property(anySchema, fc.constantFrom<JsonLayout>("fixed", "free"), fc.boolean(), (schema, layout, isSeen) => {
      const answer: unknown = JSON.parse(say(schema, isSeen ? createSighting() : null, layout));
      assert.ok(ajv.validate(schema, answer), `${JSON.stringify(schema)} -> ${JSON.stringify(answer)}`);
    }),
    { numRuns: 500 },
  );
});

const nullableText = { type: ["string", "null"], maxLength: 80 };
const nineFields = {
  type: "object",
  properties: Object.fromEntries(fieldNames.map((name) => [name, nullableText])),
  required: [...fieldNames],
  additionalProperties: false,
};

test("the nine fields are answered from what the eyes see, in the schema's order", () => {
  const text = say(nineFields, createSighting());
  assert.deepEqual(JSON.parse(text), stubAttributes);
  assert.deepEqual(Object.keys(JSON.parse(text) as object), [...fieldNames]);
});

test("a subset of the fields is answered alike", () => {
  const schema = {
    type: "object",
    properties: { size: nullableText, brand: nullableText },
    required: ["size", "brand"],
  };
  assert.equal(say(schema, createSighting()), '{"size": "M", "brand": null}');
});

test("a field's probability and runner-up come from the eyes", () => {
  const segments = renderJson(generate(nineFields, createSighting()), "fixed");
  const type = segments.find(({ text }) => text === "dress");
  assert.equal(type?.probability, 0.8);
  assert.deepEqual(type.alternatives, [{ text: "null", probability: 0.15 }]);
});

test("an enum's own spelling is used and what it forbids is left to the others", () => {
  const schema = { type: "object", properties: { color: { enum: ["Navy-Blue", "red"] } }, required: ["color"] };
  const segments = renderJson(generate(schema, createSighting()), "fixed");
  const color = segments.find(({ text }) => text === "Navy-Blue");
  assert.ok(color);
  assert.ok(Math.abs(color.probability - 0.8 / 0.85) < 1e-9);
});

test("a value is cut where maxLength stops the model", () => {
  const schema = { type: "object", properties: { color: { type: "string", maxLength: 4 } }, required: ["color"] };
  assert.equal(say(schema, createSighting()), '{"color": "navy"}');
});

test("a grammar probe's nonce comes back", () => {
  const schema = { type: "object", properties: { nonce: { const: "q7-ü" } }, required: ["nonce"] };
  assert.equal(say(schema), '{"nonce": "q7-ü"}');
});

test("local references are followed and endless ones refused", () => {
  const defs = { size: { type: "string", minLength: 2 } };
  assert.equal(
    say({ type: "object", properties: { a: { $ref: "#/$defs/size" } }, required: ["a"], $defs: defs }),
    '{"a": "text"}',
  );
  assert.throws(() => say({ $ref: "#" }), UnusableSchema);
  const tree = { type: "object", properties: { child: { $ref: "#" } }, required: ["child"] };
  assert.throws(() => say(tree), UnusableSchema);
});

test("a schema that nothing fits is refused", () => {
  for (const schema of [
    { type: "integer", minimum: 3, maximum: 2 },
    { enum: [] },
    { type: "string", minLength: 5, maxLength: 4 },
    false,
  ])
    assert.throws(() => say(schema), UnusableSchema, JSON.stringify(schema));
});

test("what vLLM keeps from xgrammar is refused, at any depth and only beside its type", () => {
  const refused = [
    { type: "integer", multipleOf: 2 },
    { type: "array", uniqueItems: true },
    { type: "array", contains: {} },
    { type: "object", patternProperties: {} },
    { type: "object", propertyNames: {} },
    { type: "string", format: "currency" },
    { type: "object", properties: { a: { anyOf: [{ type: "number", multipleOf: 0.5 }] } } },
  ];
  for (const schema of refused) assert.equal(isRefusedByXgrammar(schema), true, JSON.stringify(schema));
  for (const schema of [nineFields, { type: "string", format: "date" }, { properties: { multipleOf: { const: 1 } } }])
    assert.equal(isRefusedByXgrammar(schema), false, JSON.stringify(schema));
});

test("fixed JSON has one space after comma and colon", () => {
  assert.equal(say({ const: { a: [1, null], b: {} } }), '{"a": [1, null], "b": {}}');
});

test("free JSON is indented", () => {
  assert.equal(say({ const: { a: [1], b: [] } }, null, "free"), '{\n  "a": [\n    1\n  ],\n  "b": []\n}');
});

test("free text mentions the attributes and is never JSON", () => {
  const text = writeProse(createSighting(), seededRandom(1))
    .map((segment) => segment.text)
    .join("");
  assert.match(text, /navy blue floral dress/);
  assert.throws(() => JSON.parse(text) as unknown, SyntaxError);
  assert.equal(text.includes("{"), false);
});

test("a pattern's sample matches it, and what xgrammar cannot read has none", () => {
  for (const pattern of ["^[A-Z]{2}-\\d{3,}$", "(?:ab|c)+d?", "[^a-z]", "\\w+\\s\\w+", "a{2,3}?b*"])
    assert.match(samplePattern(pattern) ?? "no sample", new RegExp(pattern, "u"));
  assert.equal(samplePattern("^a+$", 7, 9), "aaaaaaa");
  for (const pattern of ["(?=a)b", "(a)\\1", "(?<!a)b", "[", "a{3}{"])
    assert.equal(samplePattern(pattern), undefined, pattern);
});
