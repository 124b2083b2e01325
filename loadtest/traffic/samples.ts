import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { Refusal } from "../refusal.ts";

export interface Photo {
  view: "image" | "front" | "back" | "tag" | "detail";
  file: string;
}

/** One garment of a folder: what is sent together in one request. */
export interface Garment {
  sampleId: string;
  photos: Photo[];
}

const endings = new Set([".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff", ".heic", ".heif"]);
const views = ["front", "back", "tag", "detail"] as const;
/** Photos that one request may hold where the gateway is set up as by default. */
const maxPhotos = 4;

/**
 * The garments of a folder: those of its `labels.jsonl`, each with all its views, or else each image file for itself.
 * @throws Refusal where the folder holds no image, or its labels name files that are not there
 */
export function readSamples(dir: string): Garment[] {
  if (!existsSync(dir) || !statSync(dir).isDirectory()) throw new Refusal(`--samples: ${dir} is no folder.`);
  const labels = join(dir, "labels.jsonl");
  const garments = existsSync(labels) ? readLabelled(dir, labels) : readPlain(dir);
  if (garments.length > 0) return garments;
  throw new Refusal(
    `--samples: no image in ${dir}. It takes ${[...endings].join(" ")} files, with or without a labels.jsonl; ` +
      "leave --samples out to send the project's own drawings.",
  );
}

function readPlain(dir: string): Garment[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => ({ sampleId: relative(dir, file).slice(-200), photos: [{ view: "image", file }] }));
}

interface Line {
  image?: unknown;
  sample_id?: unknown;
  views?: Record<string, unknown>;
}

function readLabelled(dir: string, file: string): Garment[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .map((text, at) => ({ text, place: `${file}:${at + 1}` }))
    .filter(({ text }) => text.trim() !== "")
    .map(({ text, place }) => readGarment(dir, text, place));
}

function readGarment(dir: string, text: string, place: string): Garment {
  const line = parseLine(text, place);
  const named = views.flatMap((view) => {
    const name = line.views?.[view];
    return typeof name === "string" ? [{ view, file: join(dir, name) }] : [];
  });
  const single: Photo[] = typeof line.image === "string" ? [{ view: "image", file: join(dir, line.image) }] : [];
  const photos: Photo[] = named.length > 0 ? named.slice(0, maxPhotos) : single;
  const [first] = photos;
  if (first === undefined) throw new Refusal(`${place}: names no image (\`image\`, or \`views\`).`);
  const missing = photos.find((photo) => !existsSync(photo.file));
  if (missing !== undefined) throw new Refusal(`${place}: ${missing.file} is not there.`);
  const sampleId = typeof line.sample_id === "string" ? line.sample_id : relative(dir, first.file);
  return { sampleId: sampleId.slice(-200), photos };
}

function parseLine(text: string, place: string): Line {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below, with its place.
  }
  throw new Refusal(`${place}: is no JSON object.`);
}
