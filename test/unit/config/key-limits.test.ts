import assert from "node:assert/strict";
import test from "node:test";
import { loadConfig } from "../../../config/index.ts";

const withKeys = (keys: unknown, more: Record<string, string> = {}) =>
  loadConfig({ environment: { GATEWAY__AUTH__KEYS: JSON.stringify(keys), ROBOT_KEY: "secret", ...more } });
const robot = { id: "robot", key: "env:ROBOT_KEY", scopes: ["infer"] };

test("a key may have limits, of either unit or both", () => {
  const limits = { requests_per_minute: 60, vision_tokens_per_minute: 30_000 };
  assert.deepEqual(withKeys([{ ...robot, limits }]).auth.keys, [{ ...robot, key: "secret", limits }]);
  assert.deepEqual(withKeys([{ ...robot, limits: {} }]).auth.keys[0]?.limits, {});
  assert.equal(withKeys([robot]).auth.keys[0]?.limits, undefined);
});

test("callers without a key have limits only where they are configured", () => {
  assert.equal(loadConfig({ environment: {} }).auth.anonymous_limits, undefined);
  const { auth } = loadConfig({ environment: { GATEWAY__AUTH__ANONYMOUS_LIMITS__REQUESTS_PER_MINUTE: "30" } });
  assert.deepEqual(auth.anonymous_limits, { requests_per_minute: 30 });
});

test("a limit of nothing or of another kind is a mistake that names its place", () => {
  assert.throws(() => withKeys([{ ...robot, limits: { requests_per_minute: 0 } }]), {
    message: /^auth\.keys\[robot\]\.limits\.requests_per_minute: found 0/,
  });
  assert.throws(() => withKeys([{ ...robot, limits: { tokens: 5 } }]), {
    message: /^auth\.keys\[robot\]\.limits\.tokens: found an unknown key/,
  });
});
