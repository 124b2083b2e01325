import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { keyKinds } from "../labels/index.ts";
import type { ParsedLine } from "../labels/index.ts";

interface PreparationOptions {
  /** What images are named relative to. */
  folder: string;
  /** For lines that do not say. */
  defaults: Partial<Record<"source" | "annotator" | "design", string>>;
}

/** What is read of a line that names an image; samples tell more about themselves than labels may. */
const sampleMembers = [...keyKinds, "labels", "ground_truth", "source", "annotator", "design"] as const;

/**
 * Makes labels of the lines of a samples folder, `{ image, labels }`: the photo's hash becomes the key, where the line has
 * no other. Other lines stay as they are, but for the defaults.
 */
export function createPreparation({ folder, defaults }: PreparationOptions) {
  return (value: unknown): ParsedLine | Promise<ParsedLine> => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { ok: true, value };
    const line = value as Record<string, unknown>;
    if (typeof line["image"] !== "string") return { ok: true, value: { ...defaults, ...line } };
    const label: Record<string, unknown> = { ...defaults };
    for (const name of sampleMembers) if (line[name] !== undefined) label[name] = line[name];
    if (keyKinds.some((kind) => label[kind] !== undefined)) return { ok: true, value: label };
    return addHash(label, folder, line["image"]);
  };
}

async function addHash(label: Record<string, unknown>, folder: string, image: string): Promise<ParsedLine> {
  try {
    const hash = createHash("sha256");
    await pipeline(createReadStream(resolve(folder, image)), hash);
    return { ok: true, value: { ...label, image_sha256: hash.digest("hex") } };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, error: `image ${image.slice(0, 200)} cannot be read (${code ?? message})` };
  }
}
