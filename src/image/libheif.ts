import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import createModule from "libheif-js/libheif-wasm/libheif.js";
import type { MainModule } from "libheif-js/libheif-wasm/libheif.js";
import type { RawPixels } from "./render.ts";

/** Constants of libheif's C interface (libheif/heif_image.h). */
const colourspaceRgb = 1;
const chromaInterleaved = { 3: 10, 4: 11 } as const;
const channelInterleaved = 10;
const ok = 0;

/** A pointer or a 32-bit result inside of WebAssembly memory. */
const wordBytes = 4;
/** `struct heif_error`: code, subcode, message. */
const errorBytes = 3 * wordBytes;

export interface Libheif {
  /** The primary image as interleaved pixels, or why there is none. Blocks; never call it on the main thread. */
  decode(
    bytes: Uint8Array,
    channels: 3 | 4,
    maxPixels: number,
  ): (RawPixels & { data: Uint8Array<ArrayBuffer> }) | string;
  /** Bytes of WebAssembly memory held; grows, never shrinks. */
  memoryBytes(): number;
}

/** Loads the WebAssembly build of libheif. */
export function openLibheif(): Libheif {
  const wasmBinary = readFileSync(createRequire(import.meta.url).resolve("libheif-js/libheif-wasm/libheif.wasm"));
  const silent = (): void => undefined;
  // The package is CommonJS and its types are written as if it were not.
  const create = createModule as unknown as (options: unknown) => MainModule;
  const heif = create({ wasmBinary, print: silent, printErr: silent });
  const heap = (): Uint8Array => heif.HEAPU8 as Uint8Array;
  const word = (address: number): number => new DataView(heap().buffer).getUint32(address, true);

  return {
    memoryBytes: () => heap().buffer.byteLength,
    decode(bytes, channels, maxPixels) {
      const input = heif._malloc(bytes.length);
      const error = heif._malloc(errorBytes);
      const out = heif._malloc(wordBytes);
      const context = heif._heif_context_alloc();
      let handle = 0;
      let image = 0;
      try {
        heap().set(bytes, input);
        // Takes a side and allows its square.
        heif._heif_context_set_maximum_image_size_limit(context, Math.ceil(Math.sqrt(maxPixels)));
        heif._heif_context_read_from_memory_without_copy(error, context, input, bytes.length, 0);
        if (word(error) !== ok) return `reading failed with ${word(error)}.${word(error + wordBytes)}`;
        heif._heif_context_get_primary_image_handle(error, context, out);
        if (word(error) !== ok) return `no primary image: ${word(error)}.${word(error + wordBytes)}`;
        handle = word(out);
        heif._heif_decode_image(error, handle, out, colourspaceRgb, chromaInterleaved[channels], 0);
        if (word(error) !== ok) return `decoding failed with ${word(error)}.${word(error + wordBytes)}`;
        image = word(out);
        if (heif._heif_image_get_decoding_warnings(image, 0, 0, 0) > 0) return "decoded with warnings";
        return copyPixels(image, channels, out);
      } finally {
        if (image !== 0) heif._heif_image_release(image);
        if (handle !== 0) heif._heif_image_handle_release(handle);
        heif._heif_context_free(context);
        for (const address of [input, error, out]) heif._free(address);
      }
    },
  };

  function copyPixels(image: number, channels: 3 | 4, out: number): RawPixels & { data: Uint8Array<ArrayBuffer> } {
    const width = heif._heif_image_get_width(image, channelInterleaved);
    const height = heif._heif_image_get_height(image, channelInterleaved);
    const start = heif._heif_image_get_plane_readonly(image, channelInterleaved, out);
    const stride = word(out);
    const rowBytes = width * channels;
    const data = new Uint8Array(rowBytes * height);
    for (let row = 0; row < height; row += 1) {
      const from = start + row * stride;
      data.set(heap().subarray(from, from + rowBytes), row * rowBytes);
    }
    return { data, width, height, channels };
  }
}
