import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CacheMode } from "../../src/cache/index.ts";
import { parseCacheControl } from "../../src/http/index.ts";
import { GatewayError } from "../../src/kernel/index.ts";

const cases: [header: string | undefined, mode: CacheMode][] = [
  [undefined, "default"],
  ["", "default"],
  ["no-cache", "no-cache"],
  ["no-store", "no-store"],
  ["No-Cache", "no-cache"],
  ["NO-STORE", "no-store"],
  ["no-cache, no-store", "no-store"],
  ["no-store,no-cache", "no-store"],
  ["  max-age=0 ,\tno-cache ", "no-cache"],
  ["max-age=0", "default"],
  ["only-if-cached, max-stale=60", "default"],
  ["x-no-store", "default"],
  ["no-store-ever", "default"],
  ["no store", "default"],
  ['no-cache="set-cookie"', "no-cache"],
  ['x="a, no-store"', "default"],
  [String.raw`x="a\", no-store", no-cache`, "no-cache"],
  [String.raw`x="a\\", no-store`, "no-store"],
  ['x="never closed, no-store', "default"],
  [",,;=,", "default"],
];

for (const [header, mode] of cases) {
  test(`Cache-Control ${header === undefined ? "absent" : JSON.stringify(header)} means ${mode}`, () => {
    assert.equal(parseCacheControl(header), mode);
  });
}

test("a header of 256 characters is read, a longer one is refused", () => {
  const long = "no-store".padStart(256, "x, ".repeat(90));
  assert.equal(long.length, 256);
  assert.equal(parseCacheControl(long), "no-store");
  assert.throws(
    () => parseCacheControl(`${long} `),
    (error) => error instanceof GatewayError && error.code === "request_invalid",
  );
});

test("directives are found among any others, and any other text is ignored without a failure", () => {
  const other = fc.constantFrom("max-age=5", "x", 'y="no-store, no-cache"', "", "no-transform", " ");
  const known = fc.constantFrom("no-store", "no-cache");
  fc.assert(
    fc.property(fc.array(fc.oneof(other, known), { maxLength: 8 }), (directives) => {
      const expected = (["no-store", "no-cache"] as const).find((name) => directives.includes(name)) ?? "default";
      assert.equal(parseCacheControl(directives.join(", ")), expected);
    }),
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 256 }), (text) => {
      assert.ok(["default", "no-cache", "no-store"].includes(parseCacheControl(text)));
    }),
  );
});
