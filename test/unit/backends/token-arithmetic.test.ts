import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createTokenArithmetic } from "../../../src/backends/token-arithmetic.ts";
import type { ChatPrompt } from "../../../schemas/index.ts";

const prompt: ChatPrompt = {
  system: "s",
  parts: [
    { kind: "text", text: "t" },
    { kind: "image", index: 0 },
  ],
};
const other: ChatPrompt = {
  system: "s",
  parts: [
    { kind: "text", text: "u" },
    { kind: "image", index: 0 },
  ],
};

function open(told: number | null) {
  const mismatches: { expected: number; counted: number }[] = [];
  let asked = 0;
  const arithmetic = createTokenArithmetic({
    markerTokensPerImage: 2,
    countTextTokens: () => {
      asked += 1;
      return Promise.resolve(told);
    },
    onMismatch: (difference) => mismatches.push(difference),
  });
  async function check(promptTokens: number, visionTokens: number[], of = prompt) {
    arithmetic.check({ prompt: of, promptTokens, images: visionTokens.map((tokens) => ({ visionTokens: tokens })) });
    await setImmediate();
  }
  return { check, mismatches, asked: () => asked, forget: () => arithmetic.forget() };
}

test("a backend that tells its text tokens is held to them from the first answer on", async () => {
  const { check, mismatches, asked } = open(100);
  await check(100 + 300 + 2, [300]);
  await check(100 + 300 + 2 + 64 + 2, [300, 64]);
  assert.deepEqual(mismatches, []);
  await check(402 + 48, [300]);
  assert.deepEqual(mismatches, [{ expected: 402, counted: 450 }]);
  assert.equal(asked(), 1);
});

test("a first answer that does not fit what the backend told is a mismatch", async () => {
  const { check, mismatches } = open(100);
  await check(500, [300]);
  assert.deepEqual(mismatches, [{ expected: 402, counted: 500 }]);
});

test("a backend that cannot tell is held to its own first answer", async () => {
  const { check, mismatches } = open(null);
  await check(402, [300]);
  await check(166, [64]);
  assert.deepEqual(mismatches, []);
  await check(167, [64]);
  assert.deepEqual(mismatches, [{ expected: 166, counted: 167 }]);
});

test("each prompt text has a count of its own, and a restart forgets them", async () => {
  const { check, asked, forget, mismatches } = open(null);
  await check(402, [300]);
  await check(502, [300], other);
  assert.equal(asked(), 2);
  forget();
  await check(702, [300]);
  assert.equal(asked(), 3);
  assert.deepEqual(mismatches, []);
});
