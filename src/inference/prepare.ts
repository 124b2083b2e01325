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
  signal: AbortSignal;
}

/** Prepares a request's images for a backend; backends of one family and budget share the work. */
export type Prepare = (backend: Backend) => Promise<readonly PreparedImage[]>;

/** Creates the preparation of one request. Nothing is decoded before the first backend is chosen. */
export function createPrepare({ images, uploads, asked, budgets, maxPerRequest, signal }: PrepareOptions): Prepare {
  const views = uploads.map((upload) => upload.view);
  const done = new Map<string, Promise<readonly PreparedImage[]>>();
  return (backend) => {
    const plan = planBudgets({
      views,
      asked,
      ofBackend: backend.config.vision_tokens,
      ofGateway: budgets,
      maxPerRequest,
    });
    const key = [backend.config.family, ...plan].join(" ");
    const known = done.get(key);
    if (known !== undefined) return known;
    const family = getFamily(backend.config.family);
    const prepared = Promise.all(
      uploads.map((upload, at) => images.prepare(upload, family, plan[at] as number, signal)),
    );
    done.set(key, prepared);
    return prepared;
  };
}
