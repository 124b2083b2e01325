import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../src/kernel/index.ts";
import { openStorage, sql } from "../../src/storage/index.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const writer = fileURLToPath(new URL("../support/storage-writer.ts", import.meta.url));
const kills = 16;

/** Lets a process commit until it is killed; gives what it had acknowledged. */
async function writeAndKill(
  url: string,
  prefix: string,
  isEarly: boolean,
  waitMs: number,
): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [writer, url, prefix, "40"], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise((resolve) => child.once("close", resolve));
  let output = "";
  const firstCommit = new Promise((resolve) => child.stdout.once("data", resolve));
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  // Early ones die while they open the database or make its tables.
  if (!isEarly) await firstCommit;
  await delay(waitMs);
  child.kill("SIGKILL");
  await exit;
  const lines = output.split("\n").slice(0, -1);
  return new Map(lines.map((line) => line.split(" ") as [string, string]).map(([key, rows]) => [key, Number(rows)]));
}

test("whatever was acknowledged survives kill -9 at any moment, and nothing is there by halves", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "garment-gateway-crash-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const url = `sqlite:${join(folder, "gateway.db")}`;
  const random = seededRandom(4);
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < kills; round += 1) {
    const isEarly = round % 4 === 0;
    const done = await writeAndKill(url, `round-${round}`, isEarly, random() * (isEarly ? 400 : 120));
    for (const [key, rows] of done) acknowledged.set(key, rows);

    const { db, close } = await openStorage(url, { log });
    assert.deepEqual((await sql`pragma integrity_check`.execute(db)).rows, [{ integrity_check: "ok" }]);
    const labels = await db
      .selectFrom("labels")
      .select(({ fn }) => ["key", fn.countAll<number>().as("rows")])
      .groupBy("key")
      .execute();
    const stored = new Map(labels.map(({ key, rows }) => [key, rows]));
    for (const [key, rows] of acknowledged) assert.equal(stored.get(key), rows, `${key}, round ${round}`);
    const scores = await db.selectFrom("scores").select("content").execute();
    assert.deepEqual(new Set(scores.map(({ content }) => content)), new Set(stored.keys()), "no half transaction");
    for (const [key, rows] of stored) assert.equal(rows, 1 + ((Number(key.split("-")[2]) * 7) % 40), `${key} is whole`);
    await close();
  }
  assert.ok(acknowledged.size > kills, `${acknowledged.size} batches were acknowledged`);
  t.diagnostic(`${acknowledged.size} acknowledged transactions over ${kills} kills`);
});
