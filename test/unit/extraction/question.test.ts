import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  createQuestion,
  createReask,
  guidedSchemaJson,
  promptVersion,
  readAnswer,
  schemaVersion,
} from "../../../src/extraction/index.ts";
import type { PartialAnswer } from "../../../src/extraction/index.ts";
import { fieldNames, maxValueLength } from "../../../schemas/index.ts";
import type { FieldName, PromptPart } from "../../../schemas/index.ts";
import { attributes, reply } from "./reply.ts";

function answerLacking(...badFields: FieldName[]): PartialAnswer {
  const kept = Object.fromEntries(
    Object.entries(attributes).filter(([field]) => !badFields.includes(field as FieldName)),
  );
  const answer = readAnswer(reply(JSON.stringify(kept)));
  assert.ok(answer.status === "partial");
  return answer;
}

/** Texts and image indices in their order; the static instructions as "…". */
function outline(parts: readonly PromptPart[]): (string | number)[] {
  return parts.map((part, at) => (part.kind === "image" ? part.index : at === 0 ? "…" : part.text));
}

describe("the question", () => {
  test("has the same bytes of schema each time, in field order, with nothing that a grammar backend lacks", () => {
    assert.equal(JSON.stringify(createQuestion(["image"]).schema), guidedSchemaJson);
    const property = '{"type":["string","null"],"maxLength":80}';
    assert.equal(
      guidedSchemaJson,
      `{"type":"object","properties":{${fieldNames.map((field) => `"${field}":${property}`).join(",")}},` +
        `"required":${JSON.stringify(fieldNames)},"additionalProperties":false}`,
    );
  });

  test("names every field in the prompt's text, which is the same whatever the images", () => {
    const [first] = createQuestion(["image"]).prompt.parts;
    assert.ok(first?.kind === "text");
    for (const field of fieldNames) assert.ok(first.text.includes(`"${field}"`), field);
    assert.ok(first.text.includes(String(maxValueLength)));
    const many = createQuestion(["front", "tag"]).prompt;
    assert.deepEqual([many.parts[0], many.system], [first, createQuestion(["image"]).prompt.system]);
  });

  test("puts the images last, in their order", () => {
    assert.deepEqual(outline(createQuestion(["image", "image", "image"]).prompt.parts), ["…", 0, 1, 2]);
  });

  test("puts the view right before each of several images", () => {
    const { parts } = createQuestion(["front", "image", "back", "tag", "detail"]).prompt;
    assert.deepEqual(outline(parts), ["…", "Front:", 0, 1, "Back:", 2, "Tag:", 3, "Detail:", 4]);
  });

  test("does not name the view of a single image", () => {
    assert.deepEqual(outline(createQuestion(["tag"]).prompt.parts), ["…", 0]);
  });

  test("has room for an answer of nine long values", () => {
    // Four characters a token is what English text has in the served models' tokenizers.
    const longest = JSON.stringify(Object.fromEntries(fieldNames.map((field) => [field, "x".repeat(maxValueLength)])));
    assert.ok(createQuestion(["image"]).maxTokens > longest.length / 4);
  });

  test("has versions of 16 hex digits for cache keys", () => {
    for (const version of [promptVersion, schemaVersion]) assert.match(version, /^[0-9a-f]{16}$/);
    assert.notEqual(promptVersion, schemaVersion);
  });
});

describe("the re-ask", () => {
  test("wants only the bad fields where they are one or two", () => {
    const one = createReask(["image"], answerLacking("size"));
    assert.deepEqual(one.fields, ["size"]);
    assert.equal(
      JSON.stringify(one.schema),
      '{"type":"object","properties":{"size":{"type":["string","null"],"maxLength":80}},"required":["size"],"additionalProperties":false}',
    );
    const two = createReask(["image"], answerLacking("size", "type"));
    assert.deepEqual(two.fields, ["type", "size"]);
    assert.deepEqual(
      [Object.keys(two.schema.properties), two.schema.required],
      [
        ["type", "size"],
        ["type", "size"],
      ],
    );
    assert.ok(two.maxTokens < createQuestion(["image"]).maxTokens);
  });

  test("has the same bytes of schema whatever the order of the bad fields", () => {
    const answer = answerLacking("type", "size");
    const swapped = createReask(["image"], { ...answer, badFields: ["size", "type"] });
    assert.equal(JSON.stringify(swapped.schema), JSON.stringify(createReask(["image"], answer).schema));
  });

  test("wants all nine where more are bad", () => {
    const question = createReask(["image"], answerLacking("size", "type", "brand"));
    assert.deepEqual(question.fields, fieldNames);
    assert.equal(JSON.stringify(question.schema), guidedSchemaJson);
    assert.equal(question.maxTokens, createQuestion(["image"]).maxTokens);
  });

  test("begins with the first question, images included, so that their work is reused", () => {
    const views = ["front", "tag"] as const;
    const first = createQuestion(views).prompt;
    const again = createReask(views, answerLacking("size")).prompt;
    assert.equal(again.system, first.system);
    assert.deepEqual(again.parts.slice(0, -1), first.parts);
  });

  const lastText = (answer: PartialAnswer): string => {
    const part = createReask(["image"], answer).prompt.parts.at(-1);
    assert.ok(part?.kind === "text");
    return part.text;
  };

  test("says what was wrong and names the keys it wants", () => {
    const text = lastText(answerLacking("brand", "size"));
    assert.match(text, /lacked a valid value/);
    assert.match(text, /only the keys "brand" and "size"/);
    assert.match(lastText(answerLacking("brand")), /only the key "brand"/);
    assert.match(lastText(answerLacking("brand", "size", "type")), /all nine keys/);
  });

  test("does not repeat what the model wrote", () => {
    for (const content of ["GARBAGE", '{"type": "GARBAGE', '{"type": {"GARBAGE": 1}}']) {
      const answer = readAnswer(reply(content));
      assert.ok(answer.status === "partial");
      assert.doesNotMatch(JSON.stringify(createReask(["image"], answer)), /GARBAGE/);
    }
  });

  test("says something else for each cause", () => {
    const texts = [reply(""), reply("no idea"), reply('{"type": "x'), reply('{"type": 1e}')].map((each) => {
      const answer = readAnswer(each);
      assert.ok(answer.status === "partial");
      return lastText(answer);
    });
    assert.equal(new Set(texts).size, 4);
  });
});
