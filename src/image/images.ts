import { availableParallelism } from "node:os";
import { createSemaphore, sha256, systemClock, untilAborted } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import type { Family } from "../families/index.ts";
import type { ViewName } from "../../schemas/index.ts";
import { imageTooLarge, imageTooManyPixels, unsupportedMediaType } from "./errors.ts";
import { readHeader } from "./header.ts";
import type { ImageHeader } from "./header.ts";
import { createHeicDecoder } from "./heic-decoder.ts";
import { render } from "./render.ts";
import { sniffFormat } from "./sniff.ts";
import type { ImageFormat } from "./sniff.ts";
import { tuneVips } from "./vips.ts";

/** An image as it came: recognised and within the limits, not decoded. */
export interface Upload {
  readonly view: ViewName;
  readonly format: ImageFormat;
  /** After EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** Of the uploaded bytes, lower-case hex. */
  readonly sha256: string;
  readonly bytes: Buffer;
  readonly header: ImageHeader;
}

/** An image as it goes to a backend of one family. */
export interface PreparedImage {
  readonly view: ViewName;
  readonly format: ImageFormat;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly sentWidth: number;
  readonly sentHeight: number;
  readonly visionTokens: number;
  readonly jpeg: Buffer;
  /** The upload's own bytes, because nothing about them had to change. */
  readonly isUntouched: boolean;
}

export interface Images {
  /**
   * Recognises an upload by its bytes and checks its limits; reads its header, decodes nothing.
   * @throws GatewayError image_too_large, unsupported_media_type, image_corrupt, image_too_many_pixels; the signal's reason
   */
  inspect(bytes: Buffer, view: ViewName, signal?: AbortSignal): Promise<Upload>;
  /**
   * Brings an upload to the size that suits a family and a budget of vision tokens.
   * @throws GatewayError image_corrupt, overloaded; the signal's reason as soon as it aborts
   */
  prepare(upload: Upload, family: Family, budget: number, signal?: AbortSignal): Promise<PreparedImage>;
  close(): Promise<void>;
}

/** Told what was done, for metrics. */
interface ImageObserver {
  uploaded?(format: ImageFormat, bytes: number): void;
  /** `durationMs`: decoding, resizing and encoding, without waiting for a turn. */
  prepared?(format: ImageFormat, durationMs: number, sentBytes: number, visionTokens: number): void;
}

export interface ImagesOptions {
  /** Bytes of one upload. */
  maxBytes: number;
  /** Pixels of one upload. */
  maxPixels: number;
  /** JPEG quality of what is sent, 1 to 100. */
  quality: number;
  /** Images in work at a time, one thread each. More than cores gains nothing and starves the event loop. */
  concurrency?: number;
  observe?: ImageObserver;
  clock?: Clock;
}

/** The longest side that a JPEG can have; a strip of one pixel by millions costs seconds and shows nothing. */
const maxSidePixels = 65_535;

/** Fewer than the threads that sharp shares with everything else: a header may be made to take seconds. */
const headersAtOnce = 2;

const acceptedFormats = "JPEG, PNG, WebP, AVIF, GIF, TIFF, HEIC or HEIF";

/** Opens the preparation of images. */
export function openImages({
  maxBytes,
  maxPixels,
  quality,
  concurrency = availableParallelism(),
  observe = {},
  clock = systemClock,
}: ImagesOptions): Images {
  tuneVips();
  const turns = createSemaphore(concurrency);
  const headerTurns = createSemaphore(headersAtOnce);
  const heic = createHeicDecoder({ maxPixels, clock });

  async function draw(upload: Upload, plan: ReturnType<Family["plan"]>, signal?: AbortSignal): Promise<Buffer> {
    const { bytes, format, header } = upload;
    const channels = header.hasAlpha ? 4 : 3;
    // Outside of the turn: the worker has a queue of its own, and waiting in it must not keep other images from theirs.
    const decoded = format === "heic" ? await heic.decode(bytes, channels, signal) : undefined;
    return turns.run(async () => {
      const startedAt = clock.now();
      const jpeg = await render(decoded ?? bytes, { header, plan, quality, maxPixels });
      const durationMs = clock.now() - startedAt + (decoded?.decodeMs ?? 0);
      observe.prepared?.(format, durationMs, jpeg.length, plan.visionTokens);
      return jpeg;
    }, signal);
  }

  return {
    async inspect(bytes, view, signal) {
      if (bytes.length > maxBytes)
        throw imageTooLarge(`An image may have ${maxBytes} bytes at most. Send a smaller one.`);
      const format = sniffFormat(bytes);
      if (format === undefined) throw unsupportedMediaType(`The bytes are no accepted image. Send ${acceptedFormats}.`);
      observe.uploaded?.(format, bytes.length);
      const header = await until(
        signal,
        headerTurns.run(() => readHeader(bytes, format), signal),
      );
      const { width, height } = header;
      if (width * height > maxPixels || Math.max(width, height) > maxSidePixels) {
        throw imageTooManyPixels(
          `The image is ${width}x${height}; at most ${maxPixels} pixels and sides of ${maxSidePixels} are accepted. Send a smaller one.`,
        );
      }
      return { view, format, width, height, sha256: sha256(bytes), bytes, header };
    },

    async prepare(upload, family, budget, signal) {
      signal?.throwIfAborted();
      const { view, format, width, height, bytes, header } = upload;
      const plan = family.plan({ width, height }, budget);
      const isUntouched = header.isPlainJpeg && plan.width === width && plan.height === height;
      if (isUntouched) observe.prepared?.(format, 0, bytes.length, plan.visionTokens);
      return {
        view,
        format,
        sha256: upload.sha256,
        width,
        height,
        sentWidth: plan.width,
        sentHeight: plan.height,
        visionTokens: plan.visionTokens,
        jpeg: isUntouched ? bytes : await until(signal, draw(upload, plan, signal)),
        isUntouched,
      };
    },

    close: () => heic.close(),
  };
}

/** A decoder cannot be stopped midway, and keeps its turn until it is done; who waits for it need not. */
function until<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  return signal === undefined ? work : untilAborted(work, signal);
}
