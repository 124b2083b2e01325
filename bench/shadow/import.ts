import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readGarments } from "./garments.ts";
import type { FieldValues } from "./garments.ts";
import type { Plan } from "./plan.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export interface ImportRun {
  labels: number;
  /** One figure a round: the whole command, its start included. */
  perSecond: number[];
}

/** Labels of as many garments, whose values are those of the project's samples in turn. */
export function drawLabels(count: number): { sampleId: string; labels: FieldValues }[] {
  const garments = readGarments();
  return Array.from({ length: count }, (_, at) => {
    return { sampleId: `sample-${at}`, labels: garments[at % garments.length] as FieldValues };
  });
}

/** Imports a file into a new SQLite file each round. */
export async function measureImport({ rounds, labels }: Plan["import"], outDir: string): Promise<ImportRun> {
  const perSecond: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const folder = mkdtempSync(join(tmpdir(), "gateway-bench-"));
    try {
      const seconds = await importLabels(drawLabels(labels), `sqlite:${join(folder, "gateway.db")}`, folder, outDir);
      perSecond.push(labels / seconds);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { labels, perSecond };
}

/** `labels import` as a user calls it; answers how many seconds it took. @throws Error where it fails */
export async function importLabels(
  labels: ReturnType<typeof drawLabels>,
  storageUrl: string,
  folder: string,
  outDir: string,
): Promise<number> {
  const file = join(folder, "labels.ndjson");
  const config = join(folder, "config.yaml");
  const lines = labels.map((each) => JSON.stringify({ sample_id: each.sampleId, labels: each.labels }));
  writeFileSync(file, `${lines.join("\n")}\n`);
  writeFileSync(config, JSON.stringify({ storage: { url: storageUrl } }));
  const log = openSync(join(outDir, "import.log"), "a");
  const startedAt = performance.now();
  const child = spawn(process.execPath, [main, "labels", "import", file, "--config", config], {
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`labels import ended with ${code}; see ${join(outDir, "import.log")}`);
  return (performance.now() - startedAt) / 1000;
}
