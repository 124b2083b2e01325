/** Width and height in pixels, after EXIF orientation. */
export interface Size {
  width: number;
  height: number;
}

/** How one image is to be sent to a model of a family. */
export interface ImagePlan extends Size {
  /** The image's own tokens in the prompt, without start and end markers. */
  visionTokens: number;
  /**
   * `stretch`: resize to exactly this size; its aspect ratio differs from the source by at most half a grid cell on the
   * shorter side. `letterbox`: fit inside, centre, pad with white.
   */
  fit: "stretch" | "letterbox";
}

export const familyIds = [
  "qwen3-vl",
  "qwen3.5",
  "internvl3",
  "granite4-vision",
  "phi4-multimodal",
  "moondream3",
  "generic",
] as const;

export type FamilyId = (typeof familyIds)[number];

/** Everything the gateway must know of a model family: vision geometry and request quirks. Pure data and arithmetic. */
export interface Family {
  readonly id: FamilyId;
  /** Images that one request may carry; Infinity where the model sets no limit (its server's `--limit-mm-per-prompt` may). */
  readonly maxImages: number;
  /** Tokens around each image (start, end) that count in the prompt but not in `visionTokens`. */
  readonly markerTokensPerImage: number;
  /** False where token counts are an estimate: the start-up log names the backends of such a family. */
  readonly isTokenCountExact: boolean;
  /** Sent as `chat_template_kwargs` with each chat call, such as `{ enable_thinking: false }`; null where nothing is needed. */
  readonly chatTemplateKwargs: Readonly<Record<string, unknown>> | null;
  /**
   * The tokens that the model's own processor makes of an image of this size (whole pixels, at least 1 by 1).
   * Throws a RangeError for a size that the processor refuses. Source: the family's file.
   */
  countTokens(size: Size): number;
  /**
   * The size at which to send an image: on the family's grid, within `budget` tokens, as large as that allows, its aspect
   * ratio kept as well as the grid allows, never enlarged beyond the family's minimum. Where even the family's cheapest
   * image costs more than `budget`, that cheapest image is planned and its `visionTokens` say so.
   */
  plan(source: Size, budget: number): ImagePlan;
}
