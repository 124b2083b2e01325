import sharp from "sharp";

/** Loaders of the accepted formats, from memory only. `Heif` reads AVIF, and the headers of HEIC. */
const neededLoaders = ["Jpeg", "Png", "Webp", "Nsgif", "Tiff", "Heif"].map((name) => `VipsForeignLoad${name}Buffer`);

/**
 * Takes every decoder that no accepted format needs (SVG, PDF, …) out of the process, files and all. Uploads are told apart by
 * their bytes before any decoder sees them; this is the second lock. It cannot be confined to a part of the process, so the
 * process's entry calls it, once.
 */
export function blockUnneededDecoders(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: neededLoaders });
}

/** Tunes libvips for uploads that are each seen once. */
export function tuneVips(): void {
  // Its cache of operations never hits here and holds on to pixels.
  sharp.cache(false);
  // One thread an image and several images at a time: more threads an image starve the event loop.
  sharp.concurrency(1);
}
