import assert from "node:assert/strict";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { once } from "node:events";
import { openStorage } from "../../src/storage/index.ts";
import { run } from "../support/gateway-process.ts";

const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function openFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "labels-import-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const url = `sqlite:${join(folder, "store.db")}`;
  return {
    file: join(folder, "labels.jsonl"),
    importLabels: (...args: string[]) => run(t, ["labels", "import", ...args], { GATEWAY__STORAGE__URL: url }),
    async keys(): Promise<string[]> {
      const storage = await openStorage(url, { log });
      try {
        const rows = await storage.db.selectFrom("labels").select("key").orderBy("id").execute();
        return rows.map(({ key }) => key);
      } finally {
        await storage.close();
      }
    },
  };
}

/** Full labels of distinct garments. */
async function writeLabels(file: string, count: number): Promise<void> {
  const labels = {
    type: "t-shirt",
    color: "navy blue",
    pattern: "solid",
    neckline: "crew neck",
    size: "M",
    brand: null,
  };
  const output = createWriteStream(file);
  for (let at = 0; at < count; at += 1000) {
    const lines = Array.from({ length: 1000 }, (_, n) => `${JSON.stringify({ sample_id: `s${at + n}`, labels })}\n`);
    if (!output.write(lines.join(""))) await once(output, "drain");
  }
  output.end();
  await once(output, "finish");
}

test("a hundred thousand labels are imported, and again without being doubled", async (t) => {
  const { file, importLabels, keys } = openFolder(t);
  await writeLabels(file, 100_000);
  const first = importLabels(file, "--annotator", "mia");
  assert.equal(await first.exit, 0, first.output());
  assert.match(
    first.output(),
    /^100000 label\(s\) accepted, 100000 of them new; 0 of garments that are known already; 0 line\(s\) rejected\.$/m,
  );
  const second = importLabels(file, "--annotator", "mia");
  assert.equal(await second.exit, 0, second.output());
  assert.match(second.output(), /^100000 label\(s\) accepted, 0 of them new;/m);
  assert.equal((await keys()).length, 100_000);
});

test("an import that is killed has lost nothing that it said is stored, and can be repeated", async (t) => {
  const { file, importLabels, keys } = openFolder(t);
  await writeLabels(file, 100_000);
  const killed = importLabels(file);
  const stored = () => Number(/.*?(\d+) accepted(?![^]*accepted)/.exec(killed.output())?.[1] ?? 0);
  while (stored() === 0 && killed.process.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
  killed.process.kill("SIGKILL");
  await killed.exit;
  const kept = await keys();
  assert.ok(stored() > 0 && kept.length >= stored() && kept.length < 100_000, `${kept.length} kept, ${stored()} told`);
  assert.deepEqual(
    kept,
    kept.map((_, at) => `s${at}`),
  );
  const repeated = importLabels(file);
  assert.equal(await repeated.exit, 0, repeated.output());
  assert.equal((await keys()).length, 100_000);
});

test("an import that is told to stop keeps what it has read, and says how to go on", async (t) => {
  const { file, importLabels, keys } = openFolder(t);
  await writeLabels(file, 100_000);
  const stopped = importLabels(file);
  while (!/accepted/.test(stopped.output())) await new Promise((resolve) => setTimeout(resolve, 5));
  stopped.process.kill("SIGTERM");
  assert.equal(await stopped.exit, 1);
  assert.match(stopped.output(), /Stopped before the end\. Import the file again/);
  const told = Number(/^(\d+) label\(s\) accepted/m.exec(stopped.output())?.[1]);
  assert.equal((await keys()).length, told);
});

test("rejected lines are told by number, twenty at most, and make the exit status 1", async (t) => {
  const { file, importLabels, keys } = openFolder(t);
  const bad = "x\n".repeat(25);
  writeFileSync(file, `{"sample_id":"a","labels":{"type":"dress"}}\n${bad}{"sample_id":"b","labels":{"type":"dress"}}`);
  const { exit, output } = importLabels(file);
  assert.equal(await exit, 1);
  assert.match(output(), /^line 2: is not valid JSON$/m);
  assert.match(output(), /^line 21: is not valid JSON$/m);
  assert.doesNotMatch(output(), /^line 22:/m);
  assert.match(output(), /^… and 5 more lines$/m);
  assert.match(output(), /^2 label\(s\) accepted, 2 of them new;.*; 25 line\(s\) rejected\.$/m);
  assert.deepEqual(await keys(), ["a", "b"]);
});

test("the samples of this repository can be imported", async (t) => {
  const { importLabels, keys } = openFolder(t);
  const { exit, output } = importLabels("samples/garments/labels.jsonl", "--source", "samples");
  assert.equal(await exit, 0, output());
  assert.ok((await keys()).every((key) => /^[0-9a-f]{64}$/.test(key)));
});

test("wrong usage is told from failure, and help is no mistake", async (t) => {
  const { file, importLabels } = openFolder(t);
  writeFileSync(file, "");
  const cases: [string[], number, RegExp][] = [
    [["--help"], 0, /^ {2}\{"sample_id": "shelf-7"/m],
    [[], 2, /Name a file/],
    [[file, "more"], 2, /unexpected more/],
    [[file, "--design", "random"], 2, /--design must be one of audit, review, import/],
    [[file, "--colour"], 2, /Unknown option '--colour'/],
    [[`${file}.missing`], 1, /cannot be read: ENOENT/],
    [[file, "--config", `${file}.missing`], 1, /./],
  ];
  for (const [args, status, pattern] of cases) {
    const { exit, output } = importLabels(...args);
    assert.equal(await exit, status, `${args.join(" ")}: ${output()}`);
    assert.match(output(), pattern);
  }
});

test("a store that is no database is left as it is", async (t) => {
  const { file } = openFolder(t);
  const text = "this is no database\n";
  writeFileSync(file, text);
  const { exit, output } = run(t, ["labels", "import", file], { GATEWAY__STORAGE__URL: `sqlite:${file}` });
  assert.equal(await exit, 1, output());
  assert.match(output(), /is not a SQLite database; nothing was overwritten/);
  assert.equal(readFileSync(file, "utf8"), text);
});
