import type { Backend } from "../backends/index.ts";
import { getFamily } from "../families/index.ts";
import type { Images, PreparedImage, Upload } from "../image/index.ts";
import type { VisionTokens } from "../../schemas/index.ts";
import { planBudgets } from "./budget.ts";

interface PrepareOptions {
  images: Images;
  uploads: readonly Upload[];
  /** Vision tokens that the caller asked for each image. */
  asked: number | undefined;
  budgets: VisionTokens;
  maxPerRequest: number;
  /** Share of the budgets that is left under pressure. */
  factor: number;
  signal: AbortSignal;
}

/** A request's images as one backend gets them. */
export interface Preparation {
  images: readonly PreparedImage[];
  /** The largest budget that was given, where pressure made an image smaller than it would have been; else null. */
  degradedTokens: number | null;
}

/** Prepares a request's images for a backend; backends of one family and budget share the work. */
export type Prepare = (backend: Backend) => Promise<Preparation>;

/** Creates the preparation of one request. Nothing is decoded before the first backend is chosen. */
export function createPrepare(options: PrepareOptions): Prepare {
  const { images, uploads, asked, budgets, maxPerRequest, factor, signal } = options;
  const views = uploads.map((upload) => upload.view);
  const done = new Map<string, Promise<Preparation>>();

  async function prepareFor({ config }: Backend, plan: readonly number[]): Promise<Preparation> {
    const family = getFamily(config.family);
    const prepared = await Promise.all(
      uploads.map((upload, at) => images.prepare(upload, family, plan[at] as number, signal)),
    );
    const full = budgetsFor(config.vision_tokens, 1);
    const isSmaller = prepared.some(
      (image, at) => image.visionTokens < family.plan(image, full[at] as number).visionTokens,
    );
    return { images: prepared, degradedTokens: isSmaller ? Math.max(...plan) : null };
  }

  function budgetsFor(ofBackend: Partial<VisionTokens>, share: number): number[] {
    return planBudgets({ views, asked, ofBackend, ofGateway: budgets, maxPerRequest, factor: share });
  }

  return (backend) => {
    const plan = budgetsFor(backend.config.vision_tokens, factor);
    const key = [backend.config.family, ...plan].join(" ");
    const known = done.get(key);
    if (known !== undefined) return known;
    const preparation = prepareFor(backend, plan);
    done.set(key, preparation);
    return preparation;
  };
}
