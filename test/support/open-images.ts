import type { TestContext } from "node:test";
import { openImages } from "../../src/image/index.ts";
import type { Images, ImagesOptions } from "../../src/image/index.ts";

/** The image room with the default limits, closed after the test. */
export function openTestImages(t: TestContext, options: Partial<ImagesOptions> = {}): Images {
  const images = openImages({ maxBytes: 26_214_400, maxPixels: 50_000_000, quality: 95, ...options });
  t.after(() => images.close());
  return images;
}
