import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mergeReask, readAnswer, validateAttributes } from "../../../src/extraction/index.ts";
import type { FieldValues, PartialAnswer } from "../../../src/extraction/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import { attributes, reply } from "./reply.ts";

const clean = JSON.stringify(attributes);
const pretty = JSON.stringify(attributes, null, 2);
const without = (field: string): string =>
  JSON.stringify(Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== field)));

function readPartial(content: string | null, finishReason = "stop"): PartialAnswer {
  const answer = readAnswer(reply(content, { finishReason }));
  assert.ok(answer.status === "partial", `${content} is not complete`);
  return answer;
}

describe("a clean answer", () => {
  for (const [form, content] of [
    ["compact", clean],
    ["indented", pretty],
    ["of json.dumps", clean.replaceAll('":', '": ').replaceAll(',"', ', "')],
    ["with spaces around", `\n\n ${clean} \n`],
    ["with its keys in another order", JSON.stringify(Object.fromEntries(Object.entries(attributes).toReversed()))],
  ] as const) {
    test(`${form} is valid and not repaired`, () => {
      const answer = readAnswer(reply(content));
      assert.ok(answer.status === "valid");
      assert.deepEqual(answer.attributes, attributes);
      assert.deepEqual(Object.keys(answer.attributes), [...fieldNames]);
      assert.equal(answer.isRepaired, false);
    });
  }

  test("counts as clean when its values need cleaning", () => {
    const raw = { ...attributes, color: "  navy blue ", size: 42, brand: "N/A", defect_type: "None", closure: "" };
    const answer = readAnswer(reply(JSON.stringify(raw)));
    assert.ok(answer.status === "valid");
    assert.deepEqual(answer.attributes, { ...attributes, size: "42", brand: null, defect_type: null, closure: null });
    assert.equal(answer.isRepaired, false);
  });

  test("keeps a number as it is written", () => {
    for (const size of ["42", "42.0", "-1", "9007199254740993", "1e400"]) {
      const answer = readAnswer(reply(clean.replace('"size":null', `"size":${size}`)));
      assert.equal(answer.status === "valid" && !answer.isRepaired && answer.attributes.size, size);
    }
  });

  test("that ran on in spaces to its limit is complete all the same", () => {
    const answer = readAnswer(reply(`${clean}${" ".repeat(100_000)}`, { finishReason: "length" }));
    assert.deepEqual([answer.status, answer.status === "valid" && answer.isRepaired], ["valid", false]);
  });
});

describe("a repaired answer", () => {
  const nested = `{"attributes": ${pretty}}`;
  const forms: [string, string][] = [
    ["in a code fence", `\`\`\`json\n${pretty}\n\`\`\``],
    ["in prose", `Sure! It's {one} garment:\n${clean}\nHope that helps {you}.`],
    ["behind an open brace in prose", `The set { of attributes: ${clean}`],
    ["in an array", `[${clean}]`],
    ["in a wrapper", nested],
    ["in a wrapper in an array in prose", `Result: [${nested}]`],
    ["behind a member that is an array", `{"notes": ["a", {"b": "}"}, [1]], "garment": ${clean}}`],
    ["behind a draft of its own", `{"type": "dress", "color": "red"}\nNo, wait.\n${clean}`],
    ["as a JSON string", JSON.stringify(clean)],
    ["without its last brace", clean.slice(0, -1)],
    ["with a trailing comma", `${clean.slice(0, -1)},}`],
    ["with doubled commas", clean.replaceAll(",", ",,")],
    ["with an extra key", `{"material": "cotton", "tags": [1, {"type": "x"}], "n": {"size": "XS"}, ${clean.slice(1)}`],
    ["with the key __proto__", `{"__proto__": {"type": "x"}, "constructor": "y", ${clean.slice(1)}`],
    ["with a doubled key, of which the last counts", `{"type": "dress", ${clean.slice(1)}`],
    ["with title-case keys", clean.replace('"sleeve_length"', '"Sleeve Length"').replace('"type"', '"Type"')],
    [
      "with camel-case keys",
      clean.replace('"sleeve_length"', '"sleeveLength"').replace('"defect_type"', '"defectType"'),
    ],
    ["with hyphens in keys", clean.replace('"sleeve_length"', '"sleeve-length"')],
    ["behind a byte order mark", `\uFEFF${clean}`],
  ];
  for (const [form, content] of forms) {
    test(`${form} is valid and says so`, () => {
      const answer = readAnswer(reply(content));
      assert.ok(answer.status === "valid");
      assert.deepEqual(answer.attributes, attributes);
      assert.equal(answer.isRepaired, true);
    });
  }

  test("follows a draft with as many fields", () => {
    const answer = readAnswer(reply(`${clean.replace("t-shirt", "dress")} Rather: ${clean}`));
    assert.deepEqual(answer.status === "valid" && answer.attributes, attributes);
  });

  test("may hold bare line breaks beside escapes in its strings", () => {
    const answer = readAnswer(reply(clean.replace("small hole", '\\"small\\"\nhole')));
    assert.equal(answer.status === "valid" && answer.attributes.defect_type, '"small" hole on left shoulder');
  });

  test("is read from the reasoning, clean as it may be, and says so", () => {
    const answer = readAnswer(reply(null, { reasoning: clean }));
    assert.ok(answer.status === "valid" && answer.isRepaired);
  });

  for (const content of [null, "", " \n"]) {
    test(`is read from the reasoning where the content is ${JSON.stringify(content)}`, () => {
      const answer = readAnswer(reply(content, { reasoning: `Hm, a shirt.\n${clean}` }));
      assert.ok(answer.status === "valid");
      assert.deepEqual(answer.attributes, attributes);
      assert.equal(answer.isRepaired, true);
    });
  }

  test("is not looked for in the reasoning where there is content", () => {
    const answer = readAnswer(reply("I cannot tell.", { reasoning: clean }));
    assert.deepEqual([answer.status, answer.status === "partial" && answer.cause], ["partial", "not_json"]);
  });
});

describe("a partial answer", () => {
  const causes: [string, string | null, string, string][] = [
    ["nothing", null, "stop", "empty"],
    ["spaces", "  \n", "stop", "empty"],
    ["spaces up to the limit", " ".repeat(100_000), "length", "truncated"],
    ["prose", "This is a t-shirt.", "stop", "not_json"],
    ["prose up to the limit", "This is a t-shirt that", "length", "truncated"],
    ["an object of something else", '{"error": "no garment"}', "stop", "not_json"],
    ["an array of values", '["t-shirt", "navy blue"]', "stop", "not_json"],
    ["a single-quoted object", "{'type': 'shirt'}", "stop", "not_json"],
    ["a number", "42", "stop", "not_json"],
    ["an object that does not end", clean.slice(0, 100), "length", "truncated"],
    ["an object that does not end, without saying so", clean.slice(0, 100), "stop", "truncated"],
    ["an object that ends inside a list", '{"type": "t-shirt", "color": ["red"}', "stop", "invalid_fields"],
    ["a complete object that lacks a field", without("size"), "stop", "invalid_fields"],
  ];
  for (const [what, content, finishReason, cause] of causes) {
    test(`from ${what} has the cause ${cause}`, () => assert.equal(readPartial(content, finishReason).cause, cause));
  }

  test("lacks a missing key, and does not take it for null", () => {
    const answer = readPartial(without("size"));
    assert.deepEqual(answer.badFields, ["size"]);
    assert.equal("size" in answer.values, false);
    assert.deepEqual(answer.values, JSON.parse(without("size")));
  });

  const badSizes = [
    "true",
    "[]",
    '["M"]',
    "{}",
    '{"value": "M"}',
    JSON.stringify("x".repeat(81)),
    String.raw`"\ud83d"`,
  ];
  for (const size of [...badSizes, "None", "M", "'M'", "+1", "01", "nul", "undefined", "", String.raw`"\x41"`]) {
    test(`lacks a field whose value is ${size.slice(0, 20) || "missing"}, and keeps the others`, () => {
      const answer = readPartial(clean.replace('"size":null', `"size":${size}`));
      assert.deepEqual(answer.badFields, ["size"]);
      assert.equal(Object.keys(answer.values).length, 8);
    });
  }

  const cuts: [string, FieldValues][] = [
    ['{"type": "t-shirt", "color": "navy blue"', { type: "t-shirt", color: "navy blue" }],
    ['{"type": "t-shirt", "color": "navy', { type: "t-shirt" }],
    ['{"type": "t-shirt", "color": "navy\\', { type: "t-shirt" }],
    ['{"type": "t-shirt", "color": "navy \\"', { type: "t-shirt" }],
    ['{"type": "t-shirt", "color": "\\u00e', { type: "t-shirt" }],
    ['{"type": "t-shirt", "color":', { type: "t-shirt" }],
    ['{"type": "t-shirt", "color"', { type: "t-shirt" }],
    ['{"type": "t-shirt", "col', { type: "t-shirt" }],
    ['{"type": "t-shirt",', { type: "t-shirt" }],
    ['{"type": "t-shirt", "brand": null', { type: "t-shirt", brand: null }],
    ['{"type": "t-shirt", "brand": nul', { type: "t-shirt" }],
    ['{"type": "t-shirt", "size": 4', { type: "t-shirt" }],
    ['{"type": "t-shirt", "size": 4,', { type: "t-shirt", size: "4" }],
    [`{"type": "t-shirt",${"\n ".repeat(50_000)}`, { type: "t-shirt" }],
    ['{"type": {"color": "red", "size": "M"', {}],
    ['{"extra": {"color": "red"}, "type": "t-shirt", "si', { type: "t-shirt" }],
  ];
  for (const [content, values] of cuts) {
    test(`keeps only complete values of ${JSON.stringify(content.slice(0, 60))}`, () => {
      assert.deepEqual(readPartial(content, "length").values, values);
    });
  }

  const broken: [string, string, FieldValues][] = [
    [
      "a bare quote inside a value",
      '{"type": "t-shirt", "size": "5" wide", "brand": "Nike"}',
      { type: "t-shirt", brand: "Nike" },
    ],
    [
      "a bare quote before a comma",
      '{"type": "t-shirt", "size": "5", wide", "brand": "Nike"}',
      { type: "t-shirt", brand: "Nike" },
    ],
    [
      "a comment after a member",
      '{"type": "t-shirt", "color": "red", // bright\n "brand": "Nike"}',
      { type: "t-shirt" },
    ],
    ["a missing comma", '{"type": "t-shirt" "color": "red", "brand": "Nike"}', { brand: "Nike" }],
    ["a stray bracket", '{"type": "t-shirt"], "brand": "Nike"}', { brand: "Nike" }],
    ["an array that does not end", '{"color": ["red", "blue", "brand": "Nike"}, "type": "t-shirt"', {}],
  ];
  for (const [fault, content, values] of broken) {
    test(`never misreads a field beside ${fault}`, () => {
      const read: FieldValues = readPartial(content).values;
      for (const [field, value] of Object.entries(read)) assert.equal(values[field as keyof FieldValues], value, field);
      assert.deepEqual(read, values);
    });
  }

  test("lacks a doubled field whose last value is bad", () => {
    assert.deepEqual(readPartial(`${clean.slice(0, -1)}, "type": 1x}`).badFields, ["type"]);
  });

  test("does not take a synonym for a key", () => {
    const answer = readPartial(clean.replace('"defect_type"', '"defect"').replace('"color"', '"colour"'));
    assert.deepEqual(answer.badFields, ["color", "defect_type"]);
  });
});

describe("merging a re-ask", () => {
  const first = readPartial(without("size").replace('"Nike"', "7up"));

  test("completes the answer, which then counts as repaired", () => {
    const merged = mergeReask(first, reply('{"brand": "Nike", "size": null}'));
    assert.ok(merged.status === "valid");
    assert.deepEqual(merged.attributes, attributes);
    assert.deepEqual(Object.keys(merged.attributes), [...fieldNames]);
    assert.equal(merged.isRepaired, true);
  });

  test("takes only the fields that were bad", () => {
    const merged = mergeReask(first, reply(JSON.stringify({ ...attributes, type: "dress", brand: "Puma", size: "M" })));
    assert.deepEqual(merged.status === "valid" && merged.attributes, { ...attributes, brand: "Puma", size: "M" });
  });

  test("still lacks what the re-ask lacks, with the re-ask's cause", () => {
    const merged = mergeReask(first, reply('{"brand": "Nike", "siz', { finishReason: "length" }));
    assert.ok(merged.status === "partial");
    assert.deepEqual([merged.badFields, merged.cause], [["size"], "truncated"]);
    assert.equal(merged.values.brand, "Nike");
  });

  test("reads all nine after an answer without any", () => {
    const merged = mergeReask(readPartial("no idea"), reply(clean));
    assert.deepEqual(merged.status === "valid" && merged.attributes, attributes);
  });
});

describe("validateAttributes", () => {
  test("accepts exactly the nine fields, each a text or null", () => {
    assert.equal(validateAttributes(attributes), true);
    assert.equal(validateAttributes({ ...attributes, brand: "👕".repeat(80) }), true);
  });

  for (const [what, value] of [
    ["an extra key", { ...attributes, material: "cotton" }],
    ["a missing key", JSON.parse(without("size"))],
    ["an empty text", { ...attributes, size: "" }],
    ["a long text", { ...attributes, size: "x".repeat(81) }],
    ["a number", { ...attributes, size: 4 }],
    ["an array", [attributes]],
    ["null", null],
  ] as [string, unknown][]) {
    test(`refuses ${what}`, () => assert.equal(validateAttributes(value), false));
  }
});
