import type { ViewName, VisionTokens } from "../../schemas/index.ts";

interface BudgetInputs {
  views: readonly ViewName[];
  /** What the caller asked for each image, if anything. */
  asked: number | undefined;
  /** What the backend's model was trained at, for some views. */
  ofBackend: Partial<VisionTokens>;
  /** The gateway's own budgets. */
  ofGateway: VisionTokens;
  /** Most tokens of all images together. */
  maxPerRequest: number;
  /** Share of the budget that is left under pressure; 1 where there is none. */
  factor: number;
}

/**
 * The vision tokens that each image may take, in the order of `views`: the caller's wish, else the backend's, else the
 * gateway's. Where they add up to more than a request may take, each gives way by the same share; so they do under pressure.
 */
export function planBudgets({ views, asked, ofBackend, ofGateway, maxPerRequest, factor }: BudgetInputs): number[] {
  const wanted = views.map((view) => asked ?? ofBackend[view] ?? ofGateway[view]);
  const total = wanted.reduce((sum, tokens) => sum + tokens, 0);
  const share = factor * Math.min(1, maxPerRequest / total);
  return share === 1 ? wanted : wanted.map((tokens) => Math.floor(tokens * share));
}
