/**
 * The URLs of the gateway. A folder is an access class, the rest of the path is the URL (README.md here).
 * Knows schemas and `app.gateway`; formats no errors and holds no logic of its own.
 */
export { auditRoute } from "./admin/audit.ts";
export { shadowRoutes } from "./admin/shadow.ts";
export { backendsRoutes } from "./admin/backends.ts";
export { attributesRoute } from "./keyed/v1/attributes.ts";
export { chatCompletionsRoute } from "./keyed/v1/chat-completions.ts";
export { comparisonRoute } from "./keyed/v1/eval/comparison.ts";
export { driftRoute } from "./keyed/v1/eval/drift.ts";
export { exportRoute } from "./keyed/v1/eval/export.ts";
export { leaderboardRoute } from "./keyed/v1/eval/leaderboard.ts";
export { reviewQueueRoute } from "./keyed/v1/eval/review-queue.ts";
export { labelsRoutes } from "./keyed/v1/labels.ts";
export { eraseGarmentRoute, garmentsRoutes } from "./keyed/v1/garments.ts";
export { modelsRoute } from "./keyed/v1/models.ts";
export { rewardRoute } from "./keyed/v1/reward.ts";
export { scoreRoute } from "./keyed/v1/score.ts";
export { healthRoutes } from "./public/health.ts";
export { metricsRoute } from "./public/metrics.ts";
