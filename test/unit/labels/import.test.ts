import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { describeProgress, showProgress } from "../../../src/commands/import-progress.ts";
import { createPreparation } from "../../../src/commands/sample-lines.ts";
import { sha256 } from "../../../src/kernel/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";

test("progress tells how far it is, what is stored, how fast, and how long it still takes", () => {
  const progress = { accepted: 3000, rejectedCount: 0, bytes: 250 };
  assert.equal(
    describeProgress(progress, 1000, 2000),
    "[######------------------] 25 %  3000 accepted  1500/s  6 s left",
  );
  assert.equal(describeProgress({ ...progress, rejectedCount: 2 }, null, 2000), "3000 accepted  2 rejected  1500/s");
  assert.match(describeProgress({ ...progress, bytes: 1 }, 1000, 2000), /34 min left$/);
  assert.match(describeProgress({ ...progress, bytes: 1000 }, 1000, 2000), /100 % {2}3000 accepted {2}1500\/s$/);
  assert.equal(describeProgress({ accepted: 0, rejectedCount: 0, bytes: 0 }, 0, 0), "0 accepted  0/s");
});

test("a terminal's line is drawn over, anything else gets a line a second", () => {
  const shown = (isTTY: boolean) => {
    const clock = createManualClock();
    const texts: string[] = [];
    const display = showProgress({ isTTY, write: (text) => void texts.push(text) }, null, clock);
    for (let at = 0; at < 25; at += 1) {
      display.update({ accepted: at, rejectedCount: 0, bytes: at });
      clock.advance(50);
    }
    display.end({ accepted: 25, rejectedCount: 0, bytes: 25 });
    display.end();
    return texts;
  };
  const lines = shown(false);
  assert.deepEqual([lines.length, lines.every((text) => text.endsWith("/s\n"))], [2, true]);
  const drawn = shown(true);
  assert.equal(drawn.length, 15);
  assert.ok(drawn.slice(0, -1).every((text) => text.startsWith("\r")));
  assert.match(drawn.slice(-2).join(""), /25 accepted.*\n$/);
});

test("a line of a samples folder is keyed by its photo's hash; what a line says itself goes before the defaults", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "labels-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "a.jpg"), "photo");
  const prepare = createPreparation({ folder, defaults: { source: "shop", annotator: "mia" } });
  const labels = { type: "dress" };
  const hash = sha256(Buffer.from("photo"));
  const sample = { image: "a.jpg", labels, notes: "x", prompt: "y", annotator: "bo" };
  assert.deepEqual(await prepare(sample), {
    ok: true,
    value: { source: "shop", annotator: "bo", labels, image_sha256: hash },
  });
  assert.deepEqual(await prepare({ image: "a.jpg", ground_truth: "{}" }), {
    ok: true,
    value: { source: "shop", annotator: "mia", ground_truth: "{}", image_sha256: hash },
  });
  assert.deepEqual(await prepare({ image: "b.jpg", labels }), {
    ok: false,
    error: "image b.jpg cannot be read (ENOENT)",
  });
  assert.deepEqual(await prepare({ image: "b.jpg", sample_id: "s", labels }), {
    ok: true,
    value: { source: "shop", annotator: "mia", sample_id: "s", labels },
  });
  assert.deepEqual(await prepare({ sample_id: "s", labels, more: 1 }), {
    ok: true,
    value: { source: "shop", annotator: "mia", sample_id: "s", labels, more: 1 },
  });
  for (const value of [null, 7, "x", []]) assert.deepEqual(await prepare(value), { ok: true, value });
});
