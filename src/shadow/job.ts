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
  /** Times that it was given up for a reason that says nothing about the build. */
  interruptions: number;
  /** Its images are in the store, so that it can wait there. */
  hasImages: boolean;
  /** Its row in the spool, where it comes from there. */
  spoolId: number | null;
}

/** A live call is tried twice at one backend when it is alone; so is a mirrored one. */
export const maxFailures = 2;
/** Beyond that something else is wrong, and the content had its chances. */
export const maxInterruptions = 50;
