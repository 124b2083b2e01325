import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../harness/statistics.ts";
import { startChild } from "../harness/child.ts";
import type { Photos } from "../load/photos.ts";
import type { SeedSetup } from "../processes/seed.process.ts";
import { openStage, sleep } from "../processes/stage.ts";
import { drawLabels, importLabels } from "./import.ts";
import type { Plan } from "./plan.ts";

const seedEntry = new URL("../processes/seed.process.ts", import.meta.url);
/** Nobody listens there: no backend is needed to look at what was answered. */
const nowhere = "http://127.0.0.1:9";
const patienceMs = 60_000;
const pollMs = 200;

export interface LeaderboardRun {
  rows: number;
  /** Median of a round's requests. */
  ms: number[];
  /** From the gateway's start until every answer had met its label. */
  joinSeconds: number;
}

/** Two arms' answers about half as many labelled garments as there are rows: joined by the gateway, then asked for. */
export async function measureLeaderboard(
  { rounds, requests, rows }: Plan["leaderboard"],
  photos: Photos,
  outDir: string,
): Promise<LeaderboardRun> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-bench-"));
  const storageUrl = `sqlite:${join(folder, "gateway.db")}`;
  try {
    const garments = drawLabels(rows / 2);
    const setup: SeedSetup = { storageUrl, garments };
    const seed = await startChild(seedEntry, setup, join(outDir, "seed.log"));
    await seed.stop();
    await importLabels(garments, storageUrl, folder, outDir);
    const stage = await openStage(
      { backends: [{ id: "none", url: nowhere, model: "none" }], storageUrl },
      photos,
      outDir,
    );
    try {
      const startedAt = performance.now();
      await untilJoined(stage.url, rows);
      const joinSeconds = (performance.now() - startedAt) / 1000;
      const ms: number[] = [];
      for (let at = 0; at < rounds; at += 1) ms.push(await timeRequests(stage.url, requests));
      return { rows, ms, joinSeconds };
    } finally {
      await stage.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeRequests(url: string, requests: number): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < requests; n += 1) {
    const startedAt = performance.now();
    await ask(url);
    all.push(performance.now() - startedAt);
  }
  return median(all);
}

async function untilJoined(url: string, rows: number): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while ((await ask(url)) < rows) {
    if (performance.now() > giveUpAt) throw new Error(`${rows} rows were not joined in ${patienceMs} ms`);
    await sleep(pollMs);
  }
}

/** How many rows it is made of. */
async function ask(url: string): Promise<number> {
  const response = await fetch(`${url}/v1/eval/leaderboard`);
  if (!response.ok) throw new Error(`the leaderboard answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { rows: number }).rows;
}
