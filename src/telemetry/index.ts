/**
 * What the gateway tells about itself: metrics and the shape of log lines.
 * The only room that knows prom-client. It never decides anything and never sees image bytes, prompts or keys.
 */
export { createMeter } from "./meter.ts";
export type { Meter, MetricDescription } from "./meter.ts";
export { createInstruments } from "./instruments.ts";
export type { Instruments } from "./instruments.ts";
export { beginAtZero, beginBackendAtZero } from "./first-values.ts";
export type { Log } from "./log.ts";
export type { Logger } from "pino";
export { createLogger } from "./log.ts";
