import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { mergeReask, readAnswer } from "../../../src/extraction/index.ts";
import type { FieldConfidence } from "../../../src/extraction/index.ts";
import { fieldNames } from "../../../schemas/index.ts";
import type { TokenLogprob } from "../../../schemas/index.ts";
import { attributes, reply, token } from "./reply.ts";

const certain = (text: string): TokenLogprob => token(text, 1);

/** A token in which any error would show: no value's probability has this factor. */
const elsewhere = (text: string): TokenLogprob => token(text, 0.001);

function textOf(tokens: readonly TokenLogprob[]): string {
  return Buffer.concat(tokens.map(({ bytes }) => Buffer.from(bytes ?? []))).toString();
}

function assertConfidence(actual: FieldConfidence, expected: FieldConfidence): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const field of fieldNames) {
    const [a, e] = [actual[field], expected[field]];
    if (typeof a !== "number" || typeof e !== "number") assert.equal(a, e, field);
    else assert.ok(Math.abs(a - e) < 1e-12, `${field}: ${a} instead of ${e}`);
  }
}

const noConfidence = Object.fromEntries(fieldNames.map((field) => [field, null]));

/** Escapes, a split character, the same text in two fields, tokens over quotes, a doubled key: the numbers are by hand. */
const answerTokens = [
  [elsewhere('{"'), elsewhere("type"), elsewhere('":'), elsewhere(' "'), token("shirt", 0.03), elsewhere('",')],
  // The token begins before the opening quote and holds the whole content.
  [elsewhere(' "color":'), token(' "navy', 0.5), elsewhere('"')],
  [elsewhere(', "pattern": "'), token("12", 0.9), token('\\"', 0.8), token(" stripes", 0.5), elsewhere('",')],
  [elsewhere(' "neckline":'), token(" null", 0.7), elsewhere(",")],
  // Six characters of JSON for each é, cut where it suits the tokenizer.
  [elsewhere(' "sleeve_length": "'), token("\\u", 0.5), token("00", 0.8), token("e", 0.9), token("9t", 0.5)],
  [token("\\u00e9", 0.5), elsewhere('",')],
  // Nothing between the quotes: the closing one was the decision.
  [elsewhere(' "closure":'), elsewhere(' "'), token('",', 0.6)],
  [elsewhere(' "brand": "'), token("na", 0.9), token("vy", 0.9), elsewhere('",')],
  // The three bytes of 日 in two tokens.
  [elsewhere(' "size": "'), token([0xe6], 0.5), token([0x97, 0xa5], 0.9), elsewhere('", ')],
  // The doubled key: this one counts. Its last token holds the closing quote and the comma as well.
  [elsewhere('"type": "'), token("t", 0.8), token('-shirt",', 0.5)],
  [elsewhere(' "defect_type": "'), token("N", 0.9), token('/A"}', 0.5)],
].flat();
const handConfidence = {
  type: 0.4,
  color: 0.5,
  pattern: 0.36,
  neckline: 0.7,
  sleeve_length: 0.09,
  closure: 0.6,
  brand: 0.81,
  size: 0.45,
  defect_type: 0.45,
};

describe("confidence", () => {
  test("is the product over the tokens of each value's content", () => {
    const answer = readAnswer(reply(textOf(answerTokens), { logprobs: answerTokens }));
    assert.ok(answer.status === "valid");
    assert.deepEqual(answer.attributes, {
      type: "t-shirt",
      color: "navy",
      pattern: '12" stripes',
      neckline: null,
      sleeve_length: "été",
      closure: null,
      brand: "navy",
      size: "日",
      defect_type: null,
    });
    assertConfidence(answer.confidence, handConfidence);
  });

  for (const [name, end] of [
    ["an end token with text", token("<|im_end|>", 0.01)],
    ["an end token without bytes", token([], 0.01)],
  ] as const) {
    test(`is not disturbed by ${name}`, () => {
      const answer = readAnswer(reply(textOf(answerTokens), { logprobs: [...answerTokens, end] }));
      assertConfidence(answer.confidence, handConfidence);
    });
  }

  test("is found behind thinking that drafts the same answer word for word", () => {
    const draft = [elsewhere('<think>{"size": "'), token("M", 0.1), elsewhere('"}?</think>\n')];
    const tokens = [...draft, elsewhere('{"size": "'), token("M", 0.75), elsewhere('"}')];
    assertConfidence(readAnswer(reply('{"size": "M"}', { logprobs: tokens })).confidence, { size: 0.75 });
  });

  test("is that of the object in prose and fences", () => {
    const tokens = [elsewhere("Sure, {it} is:\n```json\n"), ...answerTokens, elsewhere("\n```\nAnything else?")];
    assertConfidence(readAnswer(reply(textOf(tokens), { logprobs: tokens })).confidence, handConfidence);
  });

  test("is that of the object in the reasoning", () => {
    const answer = readAnswer(reply("", { reasoning: textOf(answerTokens), logprobs: answerTokens }));
    assertConfidence(answer.confidence, handConfidence);
  });

  test("counts a token without bytes for the character that the next token completes", () => {
    // How vLLM since 2026 reports a character of several tokens; the empty one before the quote belongs to the quote.
    const tokens = [elsewhere('{"size": "'), token([], 0.5), token("日", 0.9), token([], 0.1), elsewhere('"}')];
    assertConfidence(readAnswer(reply('{"size": "日"}', { logprobs: tokens })).confidence, { size: 0.45 });
  });

  test("takes the token's text where its bytes are null", () => {
    const tokens = answerTokens.slice(0, 9).map((entry) => Object.assign({}, entry, { bytes: null }));
    assertConfidence(readAnswer(reply(textOf(answerTokens.slice(0, 9)), { logprobs: tokens })).confidence, {
      type: 0.03,
      color: 0.5,
    });
  });

  test("is zero at the floor of -9999", () => {
    const tokens = [certain('{"size": "'), { ...certain("M"), logprob: -9999 }, certain('"}')];
    assert.deepEqual(readAnswer(reply('{"size": "M"}', { logprobs: tokens })).confidence, { size: 0 });
  });

  test("never passes one", () => {
    const tokens = [certain('{"size": "'), { ...certain("M"), logprob: 1e-7 }, certain('"}')];
    assert.deepEqual(readAnswer(reply('{"size": "M"}', { logprobs: tokens })).confidence, { size: 1 });
  });

  test("is that of the literal for a number", () => {
    const tokens = [elsewhere('{"size":'), token(" 4", 0.5), token("2", 0.5), elsewhere("}")];
    assertConfidence(readAnswer(reply('{"size": 42}', { logprobs: tokens })).confidence, { size: 0.25 });
  });

  test("is given for the values that a cut answer keeps, and for no other field", () => {
    const cut = answerTokens.slice(0, 12);
    const answer = readAnswer(reply(textOf(cut), { finishReason: "length", logprobs: cut }));
    assertConfidence(answer.confidence, { type: 0.03, color: 0.5 });
  });

  test("of a re-ask is that of its own tokens for its own fields", () => {
    const kept = answerTokens.slice(0, -3);
    const first = readAnswer(reply(textOf(kept), { finishReason: "length", logprobs: kept }));
    assert.ok(first.status === "partial");
    const second = [elsewhere('{"defect_type": "'), token("stain", 0.25), elsewhere('", "brand": "Puma"}')];
    const merged = mergeReask(first, reply(textOf(second), { logprobs: second }));
    assert.ok(merged.status === "valid");
    assertConfidence(merged.confidence, { ...handConfidence, defect_type: 0.25 });
    assert.equal(merged.attributes.brand, "navy");
  });

  const text = JSON.stringify(attributes);
  const unusable: [string, TokenLogprob[] | null][] = [
    ["there are no logprobs", null],
    ["the list of tokens is empty", []],
    ["the tokens are of another text", [certain(text.replace("navy", "Navy"))]],
    ["a token is missing", [certain(text.slice(0, 20)), certain(text.slice(21))]],
    ["the log-probabilities are no numbers", [{ ...certain(text), logprob: Number.NaN }]],
    ["an entry has another shape", [certain(text), JSON.parse('{"logprob":-1}') as TokenLogprob]],
    ["an entry is null", [certain(text), JSON.parse("null") as TokenLogprob]],
  ];
  for (const [reason, logprobs] of unusable) {
    test(`is null for all fields where ${reason}`, () => {
      const answer = readAnswer(reply(text, { logprobs }));
      assert.deepEqual(answer.status === "valid" && answer.attributes, attributes);
      assert.deepEqual(answer.confidence, noConfidence);
    });
  }

  test("is null for all fields of an object inside a JSON string, whose positions no token shows", () => {
    const twice = JSON.stringify(text);
    assert.deepEqual(readAnswer(reply(twice, { logprobs: [certain(twice)] })).confidence, noConfidence);
  });

  test("of any split into tokens is the product over the tokens that share a byte with the content", () => {
    const literal = fc.oneof(
      fc.constant("null"),
      fc
        .string({ unit: "binary", minLength: 1, maxLength: 12 })
        .map((value) => JSON.stringify(`x${value.toWellFormed()}`)),
    );
    const values = fc.tuple(...fieldNames.map(() => literal));
    const cuts = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 9 }), logprob: fc.double({ min: -3, max: 0, noNaN: true }) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(values, cuts, (literals, pattern) => {
        // The text is put together here, so that the place of each content is known without reading it.
        let content = "{";
        const places = literals.map((literal, i) => {
          content += `${i === 0 ? "" : ", "}"${fieldNames[i]}": `;
          const quote = literal === "null" ? 0 : 1;
          const start = Buffer.byteLength(content) + quote;
          content += literal;
          return { start, end: Buffer.byteLength(content) - quote };
        });
        content += "}";

        const bytes = Buffer.from(content);
        const owners: number[] = [];
        const tokens: TokenLogprob[] = [];
        for (let at = 0; at < bytes.length;) {
          const { size, logprob } = pattern[tokens.length % pattern.length] ?? { size: 1, logprob: 0 };
          const piece = bytes.subarray(at, at + size);
          owners.push(...Array.from(piece, () => tokens.length));
          tokens.push({ token: piece.toString(), logprob, bytes: [...piece], top_logprobs: [] });
          at += size;
        }

        const answer = readAnswer(reply(content, { logprobs: tokens }));
        for (const [i, { start, end }] of places.entries()) {
          const sum = [...new Set(owners.slice(start, end))].reduce(
            (total, owner) => total + (tokens[owner]?.logprob ?? 0),
            0,
          );
          const field = fieldNames[i] ?? "type";
          assert.ok(Math.abs((answer.confidence[field] ?? -1) - Math.exp(sum)) < 1e-12, field);
        }
      }),
    );
  });
});
