import type { Board } from "../board.ts";
import { backends } from "./backends.ts";
import { gpuBoard } from "./gpu.ts";
import { images } from "./images.ts";
import { overview } from "./overview.ts";
import { shadowEval } from "./shadow-eval.ts";
import { slo } from "./slo.ts";

/** All boards, in the order in which one reads them. */
export const boards: readonly Board[] = [overview, backends, images, shadowEval, slo, gpuBoard];
