/**
 * Draws garments from a seed: plans with exact labels, their front and tag views as SVG, and photographs of those.
 * Knows what garments look like; knows no model, no server and no metric.
 */
export { photograph } from "./camera.ts";
export { streamOf } from "./choice.ts";
export { drawFront } from "./front.ts";
export { labelsOf, planGarments } from "./plan.ts";
export type { GarmentPlan } from "./plan.ts";
export { drawTag } from "./tag.ts";
