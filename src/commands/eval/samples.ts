import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLabels } from "../../scoring/index.ts";
import type { Labels } from "../../scoring/index.ts";

/** A photo with what it truly shows. */
export interface Sample {
  /** As labels.jsonl names it. */
  image: string;
  path: string;
  labels: Labels;
}

/**
 * The samples of a folder with a labels.jsonl.
 * @throws Error that names the file, the line and what is wrong with it
 */
export function readSamples(folder: string): Sample[] {
  const file = join(folder, "labels.jsonl");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new Error(`${file} cannot be read: a samples folder holds labels.jsonl. eval --help shows its lines.`);
  }
  const samples = text
    .split("\n")
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => readSample(folder, line, `${file}, line ${number}`));
  if (samples.length === 0) throw new Error(`${file} holds no sample.`);
  return samples;
}

function readSample(folder: string, line: string, where: string): Sample {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new Error(`${where}: is no JSON`);
  }
  const { image, labels } = (parsed ?? {}) as { image?: unknown; labels?: unknown };
  if (typeof image !== "string" || image === "") throw new Error(`${where}: has no "image"`);
  const read = readLabels(labels);
  if (!("labels" in read)) {
    const [first] = read.mistakes;
    throw new Error(`${where}: labels${first === undefined ? "" : `.${first.path} ${first.message}`}`);
  }
  const path = join(folder, image);
  if (!existsSync(path)) throw new Error(`${where}: there is no ${path}`);
  return { image, path, labels: read.labels };
}
