import sharp from "sharp";
import type { Sharp, SharpOptions } from "sharp";
import type { ImagePlan } from "../families/index.ts";
import { imageCorrupt } from "./errors.ts";
import type { ImageHeader } from "./header.ts";
import { embedProfile } from "./icc.ts";

/** Decoded pixels, interleaved, rows from the top, already upright. */
export interface RawPixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 3 | 4;
}

export interface RenderOptions {
  header: ImageHeader;
  plan: ImagePlan;
  quality: number;
  maxPixels: number;
}

/** An image that takes longer than this is made to (a progressive JPEG of hundreds of scans, say). */
const timeoutSeconds = 20;

const white = "#ffffff";

/** libjpeg's complaints about headers that leave the picture whole; old phones write the first into every photo. */
const harmlessWarning = /Invalid SOS parameters|unknown JFIF revision|Unknown Adobe color transform|bad ICC marker/;

/**
 * Draws an image at its planned size: upright, first frame, on white, sRGB, as a JPEG of three channels without metadata.
 * @throws GatewayError image_corrupt
 */
export async function render(source: Buffer | RawPixels, options: RenderOptions): Promise<Buffer> {
  try {
    return await draw(source, options, "warning");
  } catch (error) {
    if (!(error instanceof Error) || !harmlessWarning.test(error.message)) throw corrupt(error);
  }
  try {
    return await draw(source, options, "error");
  } catch (error) {
    throw corrupt(error);
  }
}

function corrupt(cause: unknown): Error {
  return imageCorrupt("The image cannot be decoded: it is cut short or damaged. Send it again, undamaged.", { cause });
}

async function draw(
  source: Buffer | RawPixels,
  { header, plan, quality, maxPixels }: RenderOptions,
  failOn: "warning" | "error",
): Promise<Buffer> {
  const { conversion } = header;
  // An embedded profile makes sharp convert every pixel before it resizes: half of all its time, and for nothing where the
  // profile is sRGB. So it is ignored here, and one that matters is applied to the small image.
  const small = open(source, { failOn, limitInputPixels: maxPixels, ignoreIcc: conversion.when !== "before-resize" })
    .flatten({ background: white })
    .resize({
      width: plan.width,
      height: plan.height,
      fit: plan.fit === "stretch" ? "fill" : "contain",
      background: white,
      // The eyes of a model see no difference to sharp's slower default.
      kernel: "linear",
    })
    .toColourspace("srgb")
    .timeout({ seconds: timeoutSeconds });
  if (conversion.when !== "after-resize") return encode(small, quality);
  const png = await small.png({ compressionLevel: 0 }).toBuffer();
  return encode(sharp(embedProfile(png, conversion.icc)), quality);
}

function open(source: Buffer | RawPixels, options: SharpOptions): Sharp {
  if (Buffer.isBuffer(source)) return sharp(source, { ...options, autoOrient: true });
  const { data, width, height, channels } = source;
  return sharp(data, { ...options, raw: { width, height, channels } });
}

function encode(image: Sharp, quality: number): Promise<Buffer> {
  // Optimal Huffman tables cost a second pass over the coefficients for a few bytes.
  return image.jpeg({ quality, optimiseCoding: false }).toBuffer();
}
