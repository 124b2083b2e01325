/** What an upload can be; `heic` stands for HEIF with anything but AV1 inside. */
export type ImageFormat = "jpeg" | "png" | "webp" | "avif" | "gif" | "tiff" | "heic";

const signatures: readonly [ImageFormat, string][] = [
  ["jpeg", "\xff\xd8\xff"],
  ["png", "\x89PNG\r\n\x1a\n"],
  ["gif", "GIF87a"],
  ["gif", "GIF89a"],
  ["tiff", "II*\0"],
  ["tiff", "MM\0*"],
  ["tiff", "II+\0"],
  ["tiff", "MM\0+"],
];

/** Main brands of HEIF files that say what is inside (ISO/IEC 23008-12, annex B). */
const heicBrands = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
/** Those that only say that there is an image, or a sequence of them. */
const heifBrands = new Set(["mif1", "msf1"]);
const avifBrands = new Set(["avif", "avis"]);

/**
 * The format that the first bytes announce; undefined for everything that is not accepted (SVG, PDF, BMP, text, …). Names and
 * content types of an upload are not asked: they are the sender's guess.
 */
export function sniffFormat(bytes: Buffer): ImageFormat | undefined {
  const start = bytes.toString("latin1", 0, 64);
  if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) return "webp";
  if (start.startsWith("ftyp", 4)) return sniffIsoMedia(start);
  return signatures.find(([, signature]) => start.startsWith(signature))?.[0];
}

/** HEIF and AVIF share a container, whose first box lists its brands, the main one first (ISO/IEC 14496-12, 4.3). */
function sniffIsoMedia(start: string): ImageFormat | undefined {
  const boxBytes = start.charCodeAt(2) * 256 + start.charCodeAt(3);
  const main = start.slice(8, 12);
  const compatible = start.slice(16, boxBytes).match(/[^]{4}/g) ?? [];
  if (avifBrands.has(main)) return "avif";
  if (heicBrands.has(main)) return "heic";
  const brands = [main, ...compatible];
  if (brands.some((brand) => avifBrands.has(brand))) return "avif";
  return brands.some((brand) => heicBrands.has(brand) || heifBrands.has(brand)) ? "heic" : undefined;
}
