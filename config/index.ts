/**
 * Where settings come from: config/default.yaml, a file, the environment. The only reader of the environment.
 * Knows the shape of every setting (schemas/config) and none of its effects.
 */
export { inertKeys } from "./inert-keys.ts";
export { loadConfig } from "./load.ts";
export { loadMetricDefinitions } from "./metrics.ts";
export { findRestartOnly } from "./restart-only.ts";
export { watchConfig } from "./watch.ts";
export { ConfigError, formatMistake } from "./mistakes.ts";
export type { Mistake } from "./mistakes.ts";
