/**
 * From the bytes of a request to one garment's photos and options: the three forms of POST /v1/attributes, read within
 * their limits and the request's deadline. Knows HTTP and the contract's schemas; never looks inside an image.
 */
export { uploadPlugin } from "./plugin.ts";
export type { UploadLimits } from "./plugin.ts";
export type { Upload, UploadedImage } from "./upload.ts";
