import type { AttributesOptions, ViewName } from "../../../schemas/index.ts";

/** One photo as it arrived. */
export interface UploadedImage {
  view: ViewName;
  bytes: Buffer;
}

/** What one request asks about one garment. */
export interface Upload {
  images: UploadedImage[];
  options: AttributesOptions;
}
