import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ConfigError, loadConfig } from "../../../config/index.ts";

const database = "postgres://gateway:s3cret@db.example.com:5432/garments?sslmode=verify-full";

const load = (url: string, more: Record<string, string> = {}): string =>
  loadConfig({ environment: { GATEWAY__STORAGE__URL: url, ...more } }).storage.url;

function mistakesOf(url: string, more: Record<string, string> = {}): string {
  try {
    load(url, more);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return assert.fail("no mistake was found");
}

test("storage.url may be a database, or say where the URL with its password stands", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-secret-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "url");
  writeFileSync(file, `${database}\n`);
  for (const url of ["sqlite:data/x.db", "sqlite::memory:", database, "postgresql://h/d"]) assert.equal(load(url), url);
  assert.equal(load("env:DATABASE_URL", { DATABASE_URL: database }), database);
  assert.equal(load(`file:${file}`), database);
});

test("no mistake in storage.url shows what may hold a password", () => {
  for (const [url, more] of [
    ["mysql://gateway:s3cret@db/x", {}],
    ["gateway:s3cret@db/x", {}],
    ["env:DATABASE_URL", { DATABASE_URL: "mysql://gateway:s3cret@db/x" }],
  ] as const) {
    const message = mistakesOf(url, more);
    assert.match(
      message,
      /^storage\.url: found a text that is not shown here.*, expected sqlite:PATH or postgres:\/\/…/,
    );
    assert.doesNotMatch(message, /s3cret/);
  }
});

test("a reference that leads nowhere is named", () => {
  assert.match(
    mistakesOf("env:DATABASE_URL"),
    /^storage\.url: found no environment variable DATABASE_URL, expected a secret/,
  );
  assert.match(mistakesOf("file:/nowhere/url"), /^storage\.url: found no readable file \/nowhere\/url/);
});
