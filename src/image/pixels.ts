import sharp from "sharp";

/** Raw RGB pixels, three bytes each, rows from the top; `sourceWidth` and `sourceHeight` are the size before shrinking. */
export interface DecodedPixels {
  data: Uint8Array;
  width: number;
  height: number;
  sourceWidth: number;
  sourceHeight: number;
}

/** The largest image that vLLM decodes (its VLLM_MAX_IMAGE_PIXELS). */
const maxPixels = 178_956_970;

/**
 * Decodes an image as an inference server sees it: EXIF orientation applied, transparency on white, sRGB. `maxSide`
 * shrinks the result (never the reported source size). Throws sharp's error where the bytes are no image.
 */
export async function decodePixels(bytes: Uint8Array, maxSide?: number): Promise<DecodedPixels> {
  const image = sharp(bytes, { limitInputPixels: maxPixels }).autoOrient();
  const { autoOrient: source } = await image.metadata();
  if (maxSide !== undefined && Math.max(source.width, source.height) > maxSide)
    image.resize({ width: maxSide, height: maxSide, fit: "inside", kernel: "linear" });
  const { data, info } = await image
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    data: info.channels === 3 ? data : spreadGrey(data),
    width: info.width,
    height: info.height,
    sourceWidth: source.width,
    sourceHeight: source.height,
  };
}

/** One grey byte a pixel (sharp keeps greyscale images so) to three equal ones. */
function spreadGrey(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) rgb.fill(grey[i]!, i * 3, i * 3 + 3);
  return rgb;
}
