import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { scopeNames } from "../../schemas/index.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

/** The rows of docs/api.md that say which scope a call needs: `GET /v1/models` to `infer`. */
function documented(): Map<string, string> {
  const rows = readFileSync("docs/api.md", "utf8").matchAll(
    /^\| `((?:GET|POST|PATCH|PUT|DELETE) \S+)` \| (?:`(\w+)`|none) \|$/gm,
  );
  return new Map([...rows].map(([, call, scope]) => [call as string, scope ?? "none"]));
}

test("each call needs the scope that docs/api.md says, and no call is missing there", async (t) => {
  const { app } = await buildStubGateway({
    change: (config) => {
      config.auth.required = true;
      config.auth.keys = scopeNames.map((scope) => ({ id: scope, key: `key-${scope}`, scopes: [scope] }));
    },
  });
  t.after(() => app.close());
  const { paths } = (await app.inject("/openapi.json")).json<{ paths: Record<string, Record<string, unknown>> }>();
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const scopes = documented();
  assert.deepEqual([...scopes.keys()].sort(), calls.sort());
  for (const [call, wanted] of scopes) {
    const [method, url] = call.split(" ") as ["GET", string];
    const ask = async (key?: string) =>
      (await app.inject({ method, url, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } }))
        .statusCode;
    if (wanted === "none") {
      assert.notEqual(await ask(), 401, call);
      continue;
    }
    assert.equal(await ask(), 401, call);
    for (const scope of scopeNames) {
      const status = await ask(`key-${scope}`);
      if (scope === wanted) assert.ok(status !== 401 && status !== 403, `${call} with ${scope}: ${status}`);
      else assert.equal(status, 403, `${call} with ${scope}`);
    }
  }
});
