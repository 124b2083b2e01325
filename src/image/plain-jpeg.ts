import type { Size } from "../families/index.ts";

/** Marker codes (ITU-T T.81, table B.1). */
const markers = { baseline: 0xc0, progressive: 0xc2, huffman: 0xc4, end: 0xd9, scan: 0xda, quantisation: 0xdb };
const restartInterval = 0xdd;
const jfif = 0xe0;
// A JFIF segment without a thumbnail.
const jfifLength = 16;

/**
 * The size of a JPEG that is complete and holds a picture and nothing else: three 8-bit channels, Huffman coded, no EXIF,
 * profile, comment, thumbnail or trailing bytes. Undefined for every other JPEG, well formed or not.
 *
 * Such a JPEG may be sent on as it is, and its header needs no decoder. The scan is walked from marker to marker, so a file cut
 * short is found; its coefficients are not decoded.
 */
export function readPlainJpeg(bytes: Buffer): Size | undefined {
  let size: Size | undefined;
  let hasScan = false;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes.readUInt8(at + 1);
    const length = bytes.readUInt16BE(at + 2);
    const next = at + 2 + length;
    if (length < 2 || next > bytes.length) return undefined;
    switch (marker) {
      case markers.baseline:
      case markers.progressive:
        if (size !== undefined) return undefined;
        size = readFrame(bytes.subarray(at + 4, next));
        if (size === undefined) return undefined;
        break;
      case markers.huffman:
      case markers.quantisation:
      case restartInterval:
        break;
      case jfif:
        if (length !== jfifLength || bytes.toString("latin1", at + 4, at + 9) !== "JFIF\0") return undefined;
        break;
      case markers.scan:
        hasScan = true;
        break;
      default:
        return undefined;
    }
    at = marker === markers.scan ? findMarker(bytes, next) : next;
    if (hasScan && bytes[at] === 0xff && bytes[at + 1] === markers.end)
      return at + 2 === bytes.length ? size : undefined;
  }
  return undefined;
}

/** Components 1, 2 and 3 are Y, Cb and Cr (JFIF 1.02); other ids may be RGB or worse. */
function readFrame(frame: Buffer): Size | undefined {
  const [precision, , , , , components] = frame;
  if (precision !== 8 || components !== 3 || frame.length !== 15) return undefined;
  if (frame[6] !== 1 || frame[9] !== 2 || frame[12] !== 3) return undefined;
  const size = { width: frame.readUInt16BE(3), height: frame.readUInt16BE(1) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}

/** Where the scan ends: at the next marker that is neither a stuffed zero nor a restart. */
function findMarker(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1 && at + 1 < bytes.length) {
    const code = bytes[at + 1] as number;
    if (code !== 0 && (code < 0xd0 || code > 0xd7)) return at;
    at = bytes.indexOf(0xff, at + 2);
  }
  return bytes.length;
}
