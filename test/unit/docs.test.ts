import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";

const pages = globSync(["*.md", "docs/**/*.md", "routes/*.md", "samples/*.md"]);

test("every source file that a page names exists", () => {
  for (const page of pages) {
    // With a placeholder in it, it is no file's name.
    const named = readFileSync(page, "utf8").matchAll(/`((?:src|routes|schemas|config|scripts|test)\/[\w./-]+\.\w+)`/g);
    for (const [, file] of named) assert.ok(existsSync(file as string), `${page} names ${file}`);
  }
});

test("every page that a page links to exists", () => {
  for (const page of pages) {
    const links = readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g);
    for (const [, link] of links)
      assert.ok(existsSync(join(dirname(page), link as string)), `${page} links to ${link}`);
  }
});
