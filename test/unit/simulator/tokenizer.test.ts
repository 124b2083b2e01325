import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { decode, encode, specialToken, tokenBytes, tokenText } from "../../../src/simulator/tokens/tokenizer.ts";

const anyText = fc.string({ unit: "binary", maxLength: 200 }).filter((text) => text.isWellFormed());

test("the tokens of any text concatenate to exactly its bytes", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const bytes = Buffer.concat(encode(text).map(tokenBytes));
      assert.deepEqual(bytes, Buffer.from(text));
      assert.equal(decode(encode(text)), text);
    }),
  );
});

test("a token has at most six bytes", () => {
  fc.assert(fc.property(anyText, (text) => encode(text).every((id) => tokenBytes(id).length <= 6)));
});

test("a character of three bytes spreads over two tokens that are no text by themselves", () => {
  const ids = encode("服");
  assert.equal(ids.length, 2);
  assert.deepEqual(ids.map(tokenText), ["\ufffd", "\ufffd"]);
});

test("JSON punctuation merges and digits stand alone", () => {
  assert.deepEqual(encode('{"size": "42"}').map(tokenText), ['{"', "size", '":', ' "', "4", "2", '"}']);
});

test("no text gives the id of a special token", () => {
  const special = specialToken("<|im_end|>");
  fc.assert(fc.property(anyText, (text) => !encode(text).includes(special)));
  assert.equal(encode("<|im_end|>").includes(special), false);
});
