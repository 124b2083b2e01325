import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { forcedText } from "../../../src/simulator/guided/answer-node.ts";
import { generateTokens, toLogprob } from "../../../src/simulator/tokens/generated.ts";

const word = fc.stringMatching(/^[a-z é服]{1,20}$/u);
const guess = fc.record({ text: word, probability: fc.double({ min: 0.001, max: 0.3, noNaN: true }) });
const segment = fc.record({
  text: word,
  probability: fc.double({ min: 0.05, max: 0.7, noNaN: true }),
  alternatives: fc.array(guess, { maxLength: 1 }),
});

test("the product over a value's tokens is the value's probability, most of it on the first", () => {
  fc.assert(
    fc.property(segment, (segment) => {
      const tokens = generateTokens([segment]);
      const sum = tokens.reduce((total, { logprob }) => total + logprob, 0);
      assert.ok(Math.abs(Math.exp(sum) - segment.probability) < 1e-9);
      assert.ok(tokens[0]!.logprob <= 0.5 * sum);
    }),
  );
});

test("top_logprobs has k entries in descending order, the chosen token among them, no more mass than 1", () => {
  fc.assert(
    fc.property(segment, fc.integer({ min: 2, max: 20 }), (segment, top) => {
      for (const token of generateTokens([segment])) {
        const { top_logprobs, ...chosen } = toLogprob(token, top);
        assert.equal(top_logprobs.length, top);
        assert.deepEqual(
          top_logprobs.map(({ logprob }) => logprob),
          top_logprobs.map(({ logprob }) => logprob).sort((a, b) => b - a),
        );
        assert.ok(top_logprobs.some(({ token, logprob }) => token === chosen.token && logprob === chosen.logprob));
        const mass = top_logprobs.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
        assert.ok(mass <= 1 + 1e-6, `mass ${mass}`);
      }
    }),
  );
});

test("a runner-up stands where its tokens part from the chosen ones", () => {
  const [, second] = generateTokens([
    { text: "t-shirt", probability: 0.6, alternatives: [{ text: "t shirt", probability: 0.3 }] },
  ]);
  assert.equal(second!.alternatives.length, 1);
});

test("a forced token is nearly certain and everything else is masked out", () => {
  const [token] = generateTokens([forcedText('{"')]);
  const { logprob, top_logprobs } = toLogprob(token!, 3);
  assert.ok(logprob > -1e-5);
  assert.deepEqual(
    top_logprobs.slice(1).map(({ logprob }) => logprob),
    [-9999, -9999],
  );
});

test("without top_logprobs the list is empty", () => {
  const [token] = generateTokens([forcedText("a")]);
  assert.deepEqual(toLogprob(token!, 0).top_logprobs, []);
});
