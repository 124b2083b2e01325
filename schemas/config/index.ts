import type { Static } from "typebox";
import { AuthSchema } from "./auth.ts";
import { BackendsSchema } from "./backends.ts";
import { ReviewSchema, ShadowSchema, StorageSchema } from "./evaluation.ts";
import { ImageSchema } from "./image.ts";
import { section } from "./parts.ts";
import { AdmissionSchema, CacheSchema, RoutingSchema } from "./routing.ts";
import { LogSchema, ServerSchema } from "./server.ts";
import { EvaluationSchema } from "./scoring.ts";
import type { EvaluationConfig } from "./scoring.ts";
import type { BackendEntry } from "./backends.ts";
import type { TierName, ViewName } from "../garment.ts";

/** The whole configuration as a file may write it once it is merged over config/default.yaml. */
export const ConfigSchema = section(
  {
    server: ServerSchema,
    image: ImageSchema,
    backends: BackendsSchema,
    routing: RoutingSchema,
    admission: AdmissionSchema,
    cache: CacheSchema,
    review: ReviewSchema,
    shadow: ShadowSchema,
    storage: StorageSchema,
    evaluation: EvaluationSchema,
    auth: AuthSchema,
    log: LogSchema,
  },
  "garment-gateway",
);

type ConfigFile = Static<typeof ConfigSchema>;

/** Vision token budgets: of every view, or of some. */
export type VisionTokens = Readonly<Record<ViewName, number>>;

/** One backend with every default filled in and its secret resolved. */
export interface BackendConfig extends Required<Omit<BackendEntry, "vision_tokens" | "api_key" | "tiers" | "card">> {
  /** The GPU it runs on; null for one of its own. */
  card: string | null;
  tiers: readonly TierName[];
  /** Its own budgets; a view that is missing takes `image.vision_tokens`. */
  vision_tokens: Partial<VisionTokens>;
  /** The key itself. Never printed. */
  api_key: string | null;
}

/** The configuration as the gateway uses it: short forms written out, secrets resolved. */
export interface Config extends Omit<ConfigFile, "backends" | "image" | "routing" | "auth" | "evaluation"> {
  image: Omit<ConfigFile["image"], "vision_tokens"> & { vision_tokens: VisionTokens };
  backends: "embedded" | readonly BackendConfig[];
  routing: Omit<ConfigFile["routing"], "deadline_ms"> & { deadline_ms: { interactive: number; bulk: number } };
  auth: ConfigFile["auth"];
  evaluation: EvaluationConfig;
  /** What a person may not expect of a good configuration, a sentence each: for `check-config` and the start-up log. */
  notices: readonly string[];
}

export type { ConfigFile };
export type { EvaluationConfig, SemanticsServerConfig } from "./scoring.ts";
export { familyNames } from "./backends.ts";
export type { BackendEntry } from "./backends.ts";
export { scopeNames } from "./auth.ts";
export type { KeyLimits, ScopeName } from "./auth.ts";
