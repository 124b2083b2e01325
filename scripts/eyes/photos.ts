import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import sharp from "sharp";
import type { Attributes } from "../../schemas/index.ts";
import type { Pixels } from "../../src/simulator/sighting.ts";

export interface Photo {
  path: string;
  labels: Attributes;
}

export interface Photos {
  /** What may be learned from: the first 60 % by hash of the file name. */
  tuning: Photo[];
  /** What is only judged on. */
  heldOut: Photo[];
}

const tuningShare = 0.6;

/** The labelled photos of a folder with `labels.jsonl`, split the same way every time; null where there is none. */
export function readPhotos(folder: string): Photos | null {
  const file = join(folder, "labels.jsonl");
  if (!existsSync(file)) return null;
  const photos = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const { image, labels } = JSON.parse(line) as { image: string; labels: Attributes };
      return { path: join(folder, image), labels };
    })
    .toSorted((a, b) => (digest(a) < digest(b) ? -1 : 1));
  const cut = Math.round(photos.length * tuningShare);
  return { tuning: photos.slice(0, cut), heldOut: photos.slice(cut) };
}

function digest(photo: Photo): string {
  return createHash("sha256").update(basename(photo.path)).digest("hex");
}

/** A photo as it reaches a model: fitted into 480 x 640, JPEG of quality 88, decoded again. */
export async function prepare(source: string | Buffer, quality = 88): Promise<Pixels> {
  const jpeg = await sharp(source).autoOrient().resize(480, 640, { fit: "inside" }).jpeg({ quality }).toBuffer();
  const { data, info } = await sharp(jpeg)
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}
