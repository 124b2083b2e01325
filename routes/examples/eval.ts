import type { AuditAnswer, ComparisonAnswer, LeaderboardAnswer, ReviewQueueAnswer } from "../../schemas/index.ts";
import audit from "./eval/audit.json" with { type: "json" };
import comparison from "./eval/comparison.json" with { type: "json" };
import leaderboard from "./eval/leaderboard.json" with { type: "json" };
import reviewQueue from "./eval/review-queue.json" with { type: "json" };

// What a small evaluation says, rounded; the audit entry's body is shortened, so its hash is that of another one.
export const leaderboardExample: LeaderboardAnswer = leaderboard;
export const comparisonExample = comparison as ComparisonAnswer;
export const reviewQueueExample = reviewQueue as ReviewQueueAnswer;
export const auditExample: AuditAnswer = audit;
