import assert from "node:assert/strict";
import { inspect } from "node:util";
import test from "node:test";
import { scopeNames } from "../../../schemas/index.ts";
import type { ScopeName } from "../../../schemas/index.ts";
import { anonymousScopes, createKeyring, requireScope } from "../../../src/limits/index.ts";

const keys = [
  { id: "robot", key: "key-of-the-robot", scopes: ["infer"] as ScopeName[] },
  { id: "operator", key: "key-of-the-operator", scopes: ["infer", "admin"] as ScopeName[] },
];
const closed = createKeyring({ keys, anonymous: null });
const unauthorized = { code: "unauthorized", status: 401, retryable: false };

test("a key tells who calls and what that caller may do", () => {
  const caller = closed.authenticate("Bearer key-of-the-operator");
  assert.equal(caller.id, "operator");
  assert.deepEqual([...caller.scopes], ["infer", "admin"]);
  assert.equal(closed.authenticate("Bearer key-of-the-robot").id, "robot");
});

test("the name of the scheme is not case-sensitive, as RFC 9110 says", () => {
  assert.equal(closed.authenticate("bearer key-of-the-robot").id, "robot");
  assert.equal(closed.authenticate("BEARER  key-of-the-robot ").id, "robot");
});

for (const [name, header] of [
  ["no header", undefined],
  ["an empty header", ""],
  ["no key", "Bearer "],
  ["another scheme", "Basic key-of-the-robot"],
  ["a key alone", "key-of-the-robot"],
  ["a wrong key", "Bearer wrong"],
  ["the beginning of a key", "Bearer key-of-the-robo"],
  ["a key and more", "Bearer key-of-the-robot!"],
  ["two keys", "Bearer key-of-the-robot key-of-the-operator"],
  ["other case", "Bearer KEY-OF-THE-ROBOT"],
] as const) {
  test(`${name} is unauthorized where a key is required`, () => {
    assert.throws(() => closed.authenticate(header), unauthorized);
  });
}

test("without a key the caller is anonymous where none is required, but a wrong one is still wrong", () => {
  const open = createKeyring({ keys, anonymous: ["infer"] });
  assert.deepEqual(open.authenticate(undefined), { id: null, scopes: new Set(["infer"]) });
  assert.throws(() => open.authenticate("Bearer wrong"), unauthorized);
  assert.equal(open.authenticate("Bearer key-of-the-robot").id, "robot");
});

test("where there are no keys none is wrong: OpenAI's clients always send one", () => {
  const open = createKeyring({ keys: [], anonymous: ["infer"] });
  assert.deepEqual(open.authenticate("Bearer none"), { id: null, scopes: new Set(["infer"]) });
  assert.throws(() => createKeyring({ keys: [], anonymous: null }).authenticate("Bearer none"), unauthorized);
});

test("a missing scope is forbidden, with a detail that names the scope", () => {
  const robot = closed.authenticate("Bearer key-of-the-robot");
  requireScope(robot, "infer");
  assert.throws(() => requireScope(robot, "admin"), { code: "forbidden", status: 403, message: /scope admin/ });
});

test("on loopback without keys everything is allowed; with keys or on an open address admin needs a key", () => {
  assert.deepEqual(anonymousScopes({ isRequired: false, hasKeys: false, isLoopback: true }), scopeNames);
  for (const [hasKeys, isLoopback] of [
    [true, true],
    [false, false],
    [true, false],
  ] as const) {
    const scopes = anonymousScopes({ isRequired: false, hasKeys, isLoopback });
    assert.deepEqual(scopes, ["infer", "label", "eval"]);
  }
  assert.equal(anonymousScopes({ isRequired: true, hasKeys: true, isLoopback: true }), null);
});

test("no key is in an error, a caller or the keyring itself", () => {
  const shown = [inspect(closed, { depth: 9, showHidden: true })];
  shown.push(inspect(closed.authenticate("Bearer key-of-the-robot"), { depth: 9 }));
  for (const header of ["Bearer a-wrong-secret", "Basic a-wrong-secret"]) {
    try {
      closed.authenticate(header);
    } catch (error) {
      shown.push(inspect(error, { depth: 9, showHidden: true }), (error as Error).message);
    }
  }
  assert.equal(shown.length, 6);
  assert.doesNotMatch(shown.join("\n"), /key-of-the|a-wrong-secret/);
});
