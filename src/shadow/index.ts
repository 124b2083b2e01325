/**
 * Lets the builds that are compared answer what callers ask: mirrors live garments to the arm that has not seen them, makes
 * up for what had to wait, backfills labelled garments, replays them at a low rate.
 * Owns the tables wanted, replays and coverage. Never delays or fails a caller, and never judges an answer.
 */
export { openShadow } from "./shadow.ts";
export type { Shadow, ShadowParts, ShadowStatus } from "./shadow.ts";
export type { ShadowSettings } from "./settings.ts";
export type { ArmsInPlay } from "./arms-in-play.ts";
export type { Asked, AskTarget, FleetView, Target } from "./target.ts";
