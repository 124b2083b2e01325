import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import type { TestContext } from "node:test";
import { createPatience } from "../../../src/storage/sqlite-patience.ts";
import { createManualClock } from "../../support/manual-clock.ts";

function open(t: TestContext) {
  const database = new DatabaseSync(":memory:", { timeout: 5000 });
  t.after(() => database.close());
  const clock = createManualClock();
  const patience = createPatience(database, clock.now);
  return {
    clock,
    patience,
    waitsFor: () => database.prepare("pragma busy_timeout").get()?.["timeout"],
  };
}

test("while nothing is locked, every query would wait for a lock", (t) => {
  const { patience, waitsFor } = open(t);
  patience.prepare();
  patience.gotLock();
  assert.equal(waitsFor(), 5000);
});

test("after one has waited in vain others do not wait for a second, then one waits a little", (t) => {
  const { clock, patience, waitsFor } = open(t);
  patience.waitedInVain();
  assert.equal(waitsFor(), 0);
  clock.advance(999);
  patience.prepare();
  assert.equal(waitsFor(), 0);
  clock.advance(1);
  patience.prepare();
  assert.equal(waitsFor(), 250);
  patience.waitedInVain();
  patience.prepare();
  assert.equal(waitsFor(), 0, "and again");
});

test("whoever gets the lock lets all wait as usual again", (t) => {
  const { patience, waitsFor } = open(t);
  patience.waitedInVain();
  patience.waitedInVain();
  patience.gotLock();
  assert.equal(waitsFor(), 5000);
});
