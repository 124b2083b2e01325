import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigError, findRestartOnly, loadConfig } from "../../../config/index.ts";
import type { Config } from "../../../schemas/index.ts";

const load = (evaluation: unknown, environment: Record<string, string> = {}): Config["evaluation"] =>
  loadConfig({ environment: { GATEWAY__EVALUATION: JSON.stringify(evaluation), ...environment } }).evaluation;

const refused = (evaluation: unknown, message: RegExp): void =>
  assert.throws(
    () => load(evaluation),
    (error) => error instanceof ConfigError && message.test(error.message),
  );

const aliases = (count: number): object => ({
  aliases: { brand: Object.fromEntries(Array.from({ length: count }, (_, at) => [`brand ${at}`, "one"])) },
});

describe("evaluation.aliases", () => {
  test("are none by default", () => {
    assert.deepEqual(loadConfig({ environment: {} }).evaluation, {
      aliases: {},
      semantics: { sbert: null, nli: null },
    });
  });

  test("may be 2,000 for each field and no more", () => {
    assert.equal(Object.keys(load(aliases(2000)).aliases["brand"] ?? {}).length, 2000);
    refused(aliases(2001), /evaluation\.aliases\.brand: found a section, expected .*at most 2000 names/);
  });

  test("stand for values of at most 80 characters", () => {
    load({ aliases: { color: { a: "x".repeat(80) } } });
    refused({ aliases: { color: { a: "x".repeat(81) } } }, /evaluation\.aliases\.color\.a/);
    refused({ aliases: { color: { a: "" } } }, /evaluation\.aliases\.color\.a/);
    refused({ aliases: { colour: {} } }, /evaluation\.aliases\.colour: found an unknown key/);
  });
});

describe("evaluation.semantics", () => {
  const sbert = { url: "http://10.0.0.9:8080/", api: "tei" };

  test("takes a server by its root, with every default filled in", () => {
    assert.deepEqual(load({ semantics: { sbert, nli: { ...sbert, api: "openai", model: "deberta" } } }).semantics, {
      sbert: {
        url: "http://10.0.0.9:8080",
        api: "tei",
        model: "default",
        api_key: null,
        timeout_ms: 2000,
        max_concurrency: 4,
        max_batch: 32,
      },
      nli: {
        url: "http://10.0.0.9:8080",
        api: "openai",
        model: "deberta",
        api_key: null,
        timeout_ms: 2000,
        max_concurrency: 4,
        max_batch: 32,
        contradiction_class: 2,
      },
    });
  });

  test("names its key and never shows it", () => {
    const keyed = { semantics: { sbert: { ...sbert, api_key: "env:TEI_KEY" } } };
    assert.equal(load(keyed, { TEI_KEY: "secret" }).semantics.sbert?.api_key, "secret");
    refused(keyed, /evaluation\.semantics\.sbert\.api_key: found no environment variable TEI_KEY/);
    assert.throws(
      () => load({ semantics: { sbert: { ...sbert, api_key: "secret" } } }),
      (error) => error instanceof ConfigError && !error.message.includes('"secret"'),
    );
  });

  const limits: [string, number, number][] = [
    ["timeout_ms", 10, 60_000],
    ["max_concurrency", 1, 256],
    ["max_batch", 1, 1024],
  ];
  for (const [key, least, most] of limits) {
    test(`holds ${key} within its limits`, () => {
      for (const value of [least, most]) load({ semantics: { sbert: { ...sbert, [key]: value } } });
      for (const value of [least - 1, most + 1]) {
        refused({ semantics: { sbert: { ...sbert, [key]: value } } }, new RegExp(`semantics\\.sbert\\.${key}`));
      }
    });
  }

  test("refuses a path in the URL and another API", () => {
    refused({ semantics: { sbert: { ...sbert, url: "http://a/embed" } } }, /sbert\.url/);
    refused({ semantics: { sbert: { ...sbert, api: "cohere" } } }, /expected one of tei, openai/);
  });
});

test("a reload that changes it is refused by name: scores of two vocabularies must not mix in silence", () => {
  const running = loadConfig({ environment: {} });
  const next = { ...running, evaluation: { ...running.evaluation, aliases: { color: { navy: "navy" } } } };
  assert.deepEqual(
    findRestartOnly(running, next).map(({ path }) => path),
    ["evaluation.aliases.color"],
  );
});
