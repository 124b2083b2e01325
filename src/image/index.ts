/**
 * From uploaded bytes to the JPEG that a model family wants: recognises, limits, orients, converts, resizes, encodes. Knows
 * formats, pixels and colour profiles; refuses to know where bytes come from and to whom they go. The only room with sharp and
 * libheif.
 */
export { openImages } from "./images.ts";
export type { Images, ImagesOptions, PreparedImage, Upload } from "./images.ts";
export type { ImageFormat } from "./sniff.ts";
export { decodePixels } from "./pixels.ts";
export { blockUnneededDecoders } from "./vips.ts";
