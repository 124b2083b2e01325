import sharp from "sharp";
import type { Metadata } from "sharp";
import type { Size } from "../families/index.ts";
import { imageCorrupt } from "./errors.ts";
import { isSrgbProfile, profileSpace } from "./icc.ts";
import { readPlainJpeg } from "./plain-jpeg.ts";
import type { ImageFormat } from "./sniff.ts";

/**
 * How the colours become sRGB. `none`: they are sRGB, or nothing says otherwise. `after-resize`: an RGB profile, converted on
 * the few pixels that are left. `before-resize`: colours that are no RGB have to be converted first.
 */
type ColourConversion = { when: "none" } | { when: "after-resize"; icc: Buffer } | { when: "before-resize" };

/** What the header of an image tells. The size is the one after EXIF orientation. */
export interface ImageHeader extends Size {
  hasAlpha: boolean;
  conversion: ColourConversion;
  /** A JPEG without metadata that may be sent on as it is where its size is right. */
  isPlainJpeg: boolean;
}

/** Reads an image's header without decoding it. @throws GatewayError image_corrupt */
export async function readHeader(bytes: Buffer, format: ImageFormat): Promise<ImageHeader> {
  const plain = format === "jpeg" ? readPlainJpeg(bytes) : undefined;
  if (plain !== undefined) return { ...plain, hasAlpha: false, conversion: { when: "none" }, isPlainJpeg: true };
  const metadata = await readMetadata(bytes);
  return {
    width: metadata.autoOrient.width,
    height: metadata.autoOrient.height,
    hasAlpha: metadata.hasAlpha,
    conversion: chooseConversion(metadata),
    isPlainJpeg: false,
  };
}

async function readMetadata(bytes: Buffer): Promise<Metadata> {
  try {
    // The pixel limit is ours to judge, so that it has an error of its own.
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw imageCorrupt("The image's header cannot be read. Send the file as the camera or editor wrote it.", { cause });
  }
}

function chooseConversion({ icc, space }: Metadata): ColourConversion {
  const isGrey = space === "b-w" || space === "grey16";
  const isRgb = space === "srgb" || space === "rgb" || space === "rgb16";
  if (!isGrey && !isRgb) return { when: "before-resize" };
  const described = icc === undefined ? "" : profileSpace(icc);
  if (isGrey) return { when: described === "GRAY" ? "before-resize" : "none" };
  // A profile for other colours than the image has is a mistake that viewers ignore.
  if (icc === undefined || described !== "RGB " || isSrgbProfile(icc)) return { when: "none" };
  return { when: "after-resize", icc };
}
