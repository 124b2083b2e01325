import type { FieldName } from "../../schemas/index.ts";

/** One thing that a field may be, and how likely the eyes think it. Null: does not apply or cannot be seen. */
export interface Guess {
  value: string | null;
  probability: number;
}

/** What the eyes think of one field: the most likely guess and the runners-up, likeliest first. */
export interface Impression extends Guess {
  alternatives: Guess[];
}

/** What the eyes see on one image, or on all images of one request together. */
export type Sighting = Record<FieldName, Impression>;

/** Pixels as the eyes take them: RGB, three bytes a pixel, rows from the top. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** The simulator's sight. Looking may happen on another thread; combining is cheap. */
export interface Vision {
  look(pixels: Pixels): Promise<Sighting>;
  /** One opinion out of the sightings of several images of one garment (at least one). */
  combine(sightings: readonly Sighting[]): Sighting;
  close(): Promise<void>;
}
