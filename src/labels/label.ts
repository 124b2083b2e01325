import type { FieldName } from "../../schemas/index.ts";

/** What a label can name, most trusted first: one answer, the caller's key for a garment, the bytes of a photo. */
export const keyKinds = ["request_id", "sample_id", "image_sha256"] as const;

export type KeyKind = (typeof keyKinds)[number];

/**
 * How a garment came to be labelled: `audit` drawn at random, `review` because an answer looked doubtful, `import`
 * brought along from elsewhere.
 */
export const designs = ["audit", "review", "import"] as const;

export type Design = (typeof designs)[number];

/** What a label says: a missing field is not labelled, null is labelled as absent. */
export type LabelledFields = Partial<Record<FieldName, string | null>>;

export interface LabelKey {
  keyKind: KeyKind;
  key: string;
}

/** Longest request_id, sample_id, source and annotator, in characters (code points). */
export const maxTextLength = 200;

/** One label as it is taken in, cleaned. */
export interface Label extends LabelKey {
  labels: LabelledFields;
  /** Empty where nobody is named. */
  source: string;
  annotator: string;
  design: Design;
}

/** One label as it is kept. Of an annotator's labels for a key the one with the largest id counts. */
export interface StoredLabel extends Label {
  id: number;
  createdMs: number;
}
