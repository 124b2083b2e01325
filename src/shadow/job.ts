import type { KeptImage } from "../predictions/index.ts";

/** A garment that a backend is to be asked about. */
export interface Job {
  content: string;
  garmentId: string;
  backend: string;
  purpose: "mirror" | "backfill" | "replay";
  images: readonly KeptImage[];
  /** Of the images. */
  preparation: string;
  inclusion: number;
  /** Times that the build has failed at it. */
  failures: number;
  /** Times that the backend was too busy for it. */
  refusals: number;
  /** Its images are in the store, so that it can wait there. */
  hasImages: boolean;
  /** Its row in the spool, where it comes from there. */
  spoolId: number | null;
}

/** A live call is tried twice at one backend when it is alone; so is a mirrored one. */
export const maxFailures = 2;
/** After that it waits in the spool, behind all others. */
export const maxRefusals = 20;

/** The same photos for the same backend. */
export function keyOf({ content, backend }: Pick<Job, "content" | "backend">): string {
  return `${content} ${backend}`;
}

export function bytesOf({ images }: Pick<Job, "images">): number {
  return images.reduce((sum, { jpeg }) => sum + jpeg.length, 0);
}
