import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { ConfigError, findRestartOnly, formatMistake, loadConfig } from "../../../config/index.ts";
import type { Config } from "../../../schemas/index.ts";

type Environment = Record<string, string>;

function load(t: TestContext, yaml: string, environment: Environment = {}): Config {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "gateway.yaml");
  writeFileSync(file, yaml);
  return loadConfig({ file, environment });
}

function mistakesOf(t: TestContext, yaml: string, environment: Environment = {}): string[] {
  try {
    load(t, yaml, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.mistakes.map(formatMistake);
  }
  return [];
}

const twoBackends =
  "backends: [{ id: a, url: 'http://127.0.0.1:1', model: m }, { id: b, url: 'http://127.0.0.1:2', model: m }]";
const oneBackend = "backends: [{ id: a, url: 'http://127.0.0.1:1', model: m }]";

test("without a file the defaults of config/default.yaml apply", () => {
  const config = loadConfig({ environment: {} });
  assert.equal(config.server.port, 8080);
  assert.equal(config.backends, "embedded");
  assert.deepEqual(config.routing.deadline_ms, { interactive: 10_000, bulk: 60_000 });
  assert.equal(config.shadow.enabled, true);
});

test("an empty file changes nothing", (t) => {
  assert.deepEqual(load(t, ""), loadConfig({ environment: {} }));
});

test("objects merge over the defaults and arrays replace", (t) => {
  const config = load(t, "image: { vision_tokens: { tag: 64 }, quality: 80 }");
  assert.equal(config.image.vision_tokens.tag, 64);
  assert.equal(config.image.vision_tokens.front, 768);
  assert.equal(config.image.quality, 80);
  assert.equal(config.image.max_images, 4);
});

test("one number stands for every view, and for both priorities", (t) => {
  const config = load(t, "image: { vision_tokens: 300 }\nrouting: { deadline_ms: 5000 }");
  assert.deepEqual(new Set(Object.values(config.image.vision_tokens)), new Set([300]));
  assert.deepEqual(config.routing.deadline_ms, { interactive: 5000, bulk: 5000 });
});

test("a backend needs id, url and model only", (t) => {
  assert.deepEqual(load(t, oneBackend).backends, [
    {
      id: "a",
      url: "http://127.0.0.1:1",
      model: "m",
      family: "generic",
      quantization: "unknown",
      role: "live",
      weight: 1,
      max_concurrency: 64,
      tiers: ["fast", "balanced", "accurate"],
      vision_tokens: {},
      card: null,
      api_key: null,
    },
  ]);
});

test("environment variables override the file, level by level", (t) => {
  const config = load(t, "server: { port: 1 }", {
    GATEWAY__SERVER__PORT: "9090",
    GATEWAY__IMAGE__VISION_TOKENS__BACK: "128",
    GATEWAY__CACHE: "{ enabled: false }",
  });
  assert.equal(config.server.port, 9090);
  assert.equal(config.image.vision_tokens.back, 128);
  assert.equal(config.cache.enabled, false);
  assert.equal(config.cache.max_entries, 10_000);
});

test("an environment variable reaches into a list by place", (t) => {
  const config = load(t, oneBackend, { GATEWAY__BACKENDS__0__URL: "http://127.0.0.1:7" });
  assert.ok(config.backends !== "embedded");
  assert.equal(config.backends[0]?.url, "http://127.0.0.1:7");
  assert.match(mistakesOf(t, oneBackend, { GATEWAY__BACKENDS__3__URL: "x" })[0] ?? "", /none of its places 0 to 0/);
});

test("a numeric text stays a text where a text is wanted", (t) => {
  const config = load(t, oneBackend, { GATEWAY__BACKENDS__0__MODEL: "8" });
  assert.ok(config.backends !== "embedded");
  assert.equal(config.backends[0]?.model, "8");
});

test("shadow is off for a fleet of one's own that says nothing of it, and a notice tells so where two could be compared", (t) => {
  const { shadow, notices } = load(t, twoBackends);
  assert.equal(shadow.enabled, false);
  assert.deepEqual(notices, [
    "shadow evaluation is off: name shadow.baseline and shadow.candidate to compare two of these backends",
  ]);
  assert.deepEqual(load(t, oneBackend).notices, []);
  assert.deepEqual(loadConfig({ environment: {} }).notices, []);
  for (const [yaml, environment] of [
    ["shadow: { enabled: false }", {}],
    ["", { GATEWAY__SHADOW__ENABLED: "false" }],
    ["shadow: { mirror_rate: 1 }", { GATEWAY__SHADOW: "{ enabled: false }" }],
  ] as const) {
    const off = load(t, `${twoBackends}\n${yaml}`, environment);
    assert.deepEqual([off.shadow.enabled, off.notices], [false, []], yaml);
  }
  assert.deepEqual(load(t, `${twoBackends}\nshadow: { baseline: b, candidate: a }`).notices, []);
});

test("any key of shadow but `enabled: false` wants it: default names that fit no backend are mistakes", (t) => {
  for (const [yaml, environment] of [
    ["shadow: { mirror_rate: 1 }", {}],
    ["shadow: { enabled: true }", {}],
    ["", { GATEWAY__SHADOW__DECISION__MIN_PAIRS: "60" }],
    ["", { GATEWAY__SHADOW: "{ max_queue: 9 }" }],
    ["shadow: { enabled: false }", { GATEWAY__SHADOW__ENABLED: "true" }],
  ] as const) {
    assert.deepEqual(mistakesOf(t, `${twoBackends}\n${yaml}`, environment), [
      'shadow.baseline: found "blackwell-fp8", expected the id of a backend: a, b',
      'shadow.candidate: found "blackwell-nvfp4", expected the id of a backend: a, b',
    ]);
  }
});

test("a decision cannot need more pairs than are looked at", (t) => {
  const decision = (text: string) => mistakesOf(t, `shadow: { decision: { ${text} } }`);
  assert.deepEqual(decision("min_pairs: 100, max_pairs: 100, min_valued: { brand: 100 }"), []);
  assert.deepEqual(decision("min_pairs: 101, max_pairs: 100, min_valued: { brand: 102 }"), [
    "shadow.decision.min_pairs: found 101, expected at most shadow.decision.max_pairs, which is 100",
    "shadow.decision.min_valued.brand: found 102, expected at most shadow.decision.max_pairs, which is 100",
  ]);
});

test("what needs a restart is named by the key that differs, and a secret is not shown", (t) => {
  const running = load(t, "storage: { url: 'postgres://u:hunter2@h/d' }");
  const next = load(
    t,
    `storage: { url: 'postgres://u:hunter3@h/d', images: { days: 9 } }
server: { port: 1 }
image: { urls: { allow_hosts: [a.example] } }`,
  );
  assert.deepEqual(findRestartOnly(running, next).map(formatMistake), [
    "server.port: found 1, expected 8080, or a restart",
    "image.urls.allow_hosts: found a list of 1, expected a list of 0, or a restart",
    "storage.url: found a change, which is not shown here, expected a restart",
    "storage.images.days: found 9, expected 30, or a restart",
  ]);
  const other = load(t, "image: { urls: { allow_hosts: [b.example] } }");
  assert.match(
    findRestartOnly(next, other).map(formatMistake).join("\n"),
    /another value than a list of 1, expected a restart/,
  );
  assert.deepEqual(findRestartOnly(running, running), []);
});

test("naming an unknown backend for shadow is a mistake", (t) => {
  assert.deepEqual(mistakesOf(t, `${oneBackend}\nshadow: { baseline: a, candidate: zz }`), [
    'shadow.candidate: found "zz", expected the id of a backend: a',
  ]);
});

test("every mistake has a line with path, finding and expectation", (t) => {
  const lines = mistakesOf(
    t,
    `server: { port: 80a, hots: x }
backends:
  - { id: a, url: "ftp://x", model: m, api_key: hunter2 }
  - { id: b, url: "http://x:1" }
image: { vision_tokens: { front: 3 }, quality: 500, max_images: 0 }
routing: { deadline_ms: 500000, policy: rr }
`,
  );
  const text = lines.join("\n");
  for (const expected of [
    /^server\.hots: found an unknown key, expected one of host, port/m,
    /^server\.port: found "80a", expected a whole number from 0 to 65535/m,
    /^backends\[a\]\.url: found "ftp:\/\/x", expected/m,
    /^backends\[a\]\.api_key: found a text that is not shown here, expected .*env:NAME/m,
    /^backends\[b\]\.model: found nothing, expected a value/m,
    /^image\.vision_tokens\.front: found 3, expected a whole number from 16/m,
    /^image\.quality: found 500, expected a whole number from 40 to 100/m,
    /^image\.max_images: found 0/m,
    /^routing\.deadline_ms: found 500000, expected a whole number from 1 to 120000/m,
    /^routing\.policy: found "rr", expected one of least-loaded, power-of-two, weighted/m,
  ]) {
    assert.match(text, expected);
  }
  assert.equal(lines.length, 10, text);
  assert.doesNotMatch(text, /hunter2/);
});

test("mistakes of both kinds are shown at once, and twins by their place", (t) => {
  const lines = mistakesOf(
    t,
    `backends: [{ id: a, url: "http://x:1", model: m }, { id: a, url: "http://x:2", model: m }]
auth: { required: true }
image: { quality: 7 }
shadow: { baseline: zz, candidate: a }
`,
  );
  assert.equal(lines.length, 4, lines.join("\n"));
  const twins = mistakesOf(
    t,
    "backends: [{ id: a, url: x, model: m }, { id: a, url: 'http://x:2', model: m, tiers: [turbo] }]",
  );
  assert.match(twins.join("\n"), /^backends\[0\]\.url: found "x", expected root of the vLLM server, such as/m);
  assert.match(twins.join("\n"), /^backends\[1\]\.tiers\[0\]: found "turbo", expected one of fast/m);
});

test("a URL with a password is refused and not repeated", (t) => {
  const lines = mistakesOf(t, "backends: [{ id: a, url: 'http://user:hunter2@x:1', model: m }]");
  assert.match(lines[0] ?? "", /^backends\[a\]\.url: found a URL with a password/);
  assert.doesNotMatch(lines.join(), /hunter2/);
});

test("references between keys are checked", (t) => {
  const two =
    "backends: [{ id: a, url: 'http://x:1', model: m }, { id: a, url: 'http://x:2', model: m, role: shadow }]";
  assert.match(mistakesOf(t, two)[0] ?? "", /an id that no other backend has/);
  assert.match(mistakesOf(t, "backends: [{ id: a, url: 'http://x:1', model: m, role: shadow }]")[0] ?? "", /role live/);
  assert.match(mistakesOf(t, "auth: { required: true }")[0] ?? "", /auth\.keys: found no keys/);
});

test("a host to fetch images from is a bare host, with or without a wildcard in front", (t) => {
  const mistakes = (hosts: string[]) => mistakesOf(t, `image: { urls: { allow_hosts: ${JSON.stringify(hosts)} } }`);
  assert.deepEqual(mistakes(["images.example.com", "*.Example.COM", "b\u00fccher.example", "93.184.216.34"]), []);
  const wrong = ["https://a.example", "a.example/x", "a.example:8443", "u@a.example", "*", "a.*.example", "256.1.1.1"];
  assert.equal(mistakes(wrong).length, wrong.length);
  assert.deepEqual(mistakes(["https://a.example"]), [
    'image.urls.allow_hosts: found "https://a.example", expected hosts such as images.example.com or *.example.com, without scheme, port or path',
  ]);
});

test("an address other than loopback needs keys or an explicit word", (t) => {
  assert.match(mistakesOf(t, "server: { host: 0.0.0.0 }")[0] ?? "", /auth\.required: .*allow_open/);
  assert.equal(load(t, "server: { host: 0.0.0.0 }\nauth: { allow_open: true }").server.host, "0.0.0.0");
  for (const host of ["127.0.0.1", "localhost", "'::1'", "127.9.9.9"]) {
    assert.deepEqual(mistakesOf(t, `server: { host: ${host} }`), []);
  }
});

test("secrets are read from the environment or a file, and a missing one is named", (t) => {
  const yaml = "backends: [{ id: a, url: 'http://x:1', model: m, api_key: env:VLLM_KEY }]";
  const config = load(t, yaml, { VLLM_KEY: "s3cret" });
  assert.ok(config.backends !== "embedded");
  assert.equal(config.backends[0]?.api_key, "s3cret");
  assert.deepEqual(mistakesOf(t, yaml), [
    "backends[a].api_key: found no environment variable VLLM_KEY, expected a secret that is there and not empty",
  ]);
});

test("a file that is no YAML is reported with its line, and a missing one by name", (t) => {
  assert.match(mistakesOf(t, "server:\n  port: [1\nx: {")[0] ?? "", /gateway\.yaml:\d+: found .* expected valid YAML/);
  assert.match(mistakesOf(t, "- a\n- b")[0] ?? "", /keys such as server/);
  assert.throws(() => loadConfig({ file: "no-such.yaml", environment: {} }), /no-such\.yaml: found no such file/);
});

test("a file cannot reach an object's prototype", (t) => {
  assert.match(mistakesOf(t, "__proto__: { polluted: true }")[0] ?? "", /__proto__: found an unknown key/);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

test("the examples are valid, given the secrets they name", async (t) => {
  const files = globSync("config/examples/*.yaml");
  assert.ok(files.length > 0);
  for (const file of files) {
    await t.test(file, () => {
      const names = [...readFileSync(file, "utf8").matchAll(/env:([A-Z_]+)/g)].map((match) => [match[1], "a secret"]);
      assert.ok(loadConfig({ file, environment: Object.fromEntries(names) as Environment }));
    });
  }
});
