import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createLineSplitter, maxLineBytes } from "../../../src/labels/lines.ts";
import { parseLine } from "../../../src/labels/read-line.ts";

/** Numbers and texts of the lines of `bytes`, given in pieces of this size; null for a line that was too long. */
function split(bytes: Uint8Array, pieceBytes = bytes.length): [number, string | null][] {
  const splitter = createLineSplitter();
  const found: [number, string | null][] = [];
  const keep = (line: { number: number; bytes: Uint8Array | null }) =>
    void found.push([line.number, line.bytes === null ? null : Buffer.from(line.bytes).toString()]);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const line of splitter.push(bytes.subarray(at, at + pieceBytes))) keep(line);
  }
  const last = splitter.end();
  if (last !== null) keep(last);
  return found;
}

test("lines end with LF or CRLF, blank ones count and are left out, the last may have no end", () => {
  const bytes = Buffer.from("a\r\n\n  \t\r\nb\nc");
  for (const size of [1, 2, 3, 100]) {
    assert.deepEqual(split(bytes, size), [
      [1, "a"],
      [4, "b"],
      [5, "c"],
    ]);
  }
  assert.deepEqual(split(Buffer.from("a\n")), [[1, "a"]]);
  assert.deepEqual(split(Buffer.from("a\r")), [[1, "a"]]);
  assert.deepEqual(split(Buffer.alloc(0)), []);
});

test("a line may have its most bytes, whatever ends it, and not one more", () => {
  const line = "x".repeat(maxLineBytes);
  for (const end of ["\n", "\r\n", ""]) {
    for (const size of [7, 1000, 1_000_000]) {
      const fits = split(Buffer.from(`a\n${line}${end}`), size);
      assert.deepEqual(fits, [
        [1, "a"],
        [2, line],
      ]);
      const tooLong = split(Buffer.from(`a\n${line}x${end}`), size);
      assert.deepEqual(tooLong, [
        [1, "a"],
        [2, null],
      ]);
    }
  }
});

test("an enormous line passes without being held, and the next one is read", () => {
  const splitter = createLineSplitter();
  const chunk = Buffer.alloc(1024 * 1024, "x");
  const before = process.memoryUsage();
  for (let n = 0; n < 200; n += 1) assert.deepEqual([...splitter.push(chunk)], []);
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers - before.arrayBuffers < 4 * 1024 * 1024);
  assert.deepEqual(
    [...splitter.push(Buffer.from("\nb\n"))].map(({ number, bytes }) => [number, bytes === null]),
    [
      [1, true],
      [2, false],
    ],
  );
});

test("however the bytes are cut, the lines are the same", () => {
  const alphabet = fc.constantFrom("a", "\n", "\r\n", "\r", " ", "é", "\n\n");
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (parts, size) => {
      const bytes = Buffer.from(parts.join(""));
      assert.deepEqual(split(bytes, size), split(bytes));
    }),
    { seed: 4, numRuns: 500 },
  );
});

test("a line is parsed with or without a byte order mark, and is refused where it is no UTF-8 or no JSON", () => {
  const parse = (bytes: Uint8Array | null) => parseLine({ number: 1, bytes });
  assert.deepEqual(parse(Buffer.from('\u{feff}{"a":1}')), { ok: true, value: { a: 1 } });
  assert.deepEqual(parse(Buffer.from([0x22, 0xff, 0x22])), { ok: false, error: "is not valid UTF-8" });
  assert.deepEqual(parse(Buffer.from("{")), { ok: false, error: "is not valid JSON" });
  assert.deepEqual(parse(null), { ok: false, error: "is longer than 65536 bytes" });
  assert.deepEqual(parse(Buffer.from("[".repeat(60_000))), { ok: false, error: "is not valid JSON" });
});
