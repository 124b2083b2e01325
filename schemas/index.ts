/**
 * Contracts as TypeBox schemas: one expression gives the JSON Schema that validates and the TypeScript type.
 * Knows no room and no behaviour.
 */
export { AttributesSchema, fieldNames, maxValueLength, tierNames, viewNames } from "./garment.ts";
export type { Attributes, FieldName, TierName, ViewName } from "./garment.ts";
export { MetricDefinitionsSchema } from "./metrics.ts";
export type { MetricDefinitions } from "./metrics.ts";
export { shippedVocabulary, VocabularySchema } from "./vocabulary.ts";
export type { FieldVocabulary, Vocabulary } from "./vocabulary.ts";
export type { ChatPrompt, PromptPart, TokenLogprob, TopLogprob } from "./openai/chat.ts";
export { openAiErrorOf } from "./openai/error.ts";
export { ConfigSchema, familyNames, scopeNames } from "./config/index.ts";
export type {
  BackendConfig,
  BackendEntry,
  Config,
  ConfigFile,
  EvaluationConfig,
  KeyLimits,
  ScopeName,
  SemanticsServerConfig,
  VisionTokens,
} from "./config/index.ts";
export { AttributesAnswerSchema, AttributesJsonSchema, OptionsSchema, TextOptionsSchema } from "./http/attributes.ts";
export type { AttributesAnswer, AttributesJson, AttributesOptions } from "./http/attributes.ts";
export { ChatCompletionBodySchema, OpenAiErrorSchema } from "./http/chat-completions.ts";
export type { ChatCompletionBody, ChatContentPart, OpenAiError } from "./http/chat-completions.ts";
export { errorCatalogue, ProblemSchema } from "./http/problem.ts";
export type { ErrorCode, Problem } from "./http/problem.ts";
export { HealthSchema, ModelListSchema, ReadySchema } from "./http/models.ts";
export type { ModelList, Ready } from "./http/models.ts";
export { LabelQuerySchema, LabelReportSchema, LabelSchema, LabelsTakenSchema } from "./http/labels.ts";
export type { LabelQuery, LabelReportView, LabelsTaken } from "./http/labels.ts";
export { StoredGarmentSchema } from "./http/garments.ts";
export type { StoredGarment } from "./http/garments.ts";
export { ShadowChangeSchema, ShadowDecidedSchema, ShadowDecisionSchema, ShadowViewSchema } from "./http/shadow.ts";
export type { ShadowChange, ShadowDecided, ShadowDecision, ShadowView } from "./http/shadow.ts";
export {
  maxCompletionLength,
  maxCompletions,
  maxScoredText,
  RewardAnswerSchema,
  RewardRequestSchema,
  ScoreAnswerSchema,
  ScoreRequestSchema,
} from "./http/score.ts";
export type { RewardAnswer, RewardRequest, ScoreAnswer, ScoreRequest } from "./http/score.ts";
export { BackendChangeSchema, BackendListSchema, BackendViewSchema } from "./http/admin.ts";
export type { BackendChange, BackendView } from "./http/admin.ts";
export { LeaderboardQuerySchema, LeaderboardSchema } from "./http/eval/leaderboard.ts";
export type { ArmScores, LeaderboardAnswer, LeaderboardQuery, SliceScores } from "./http/eval/leaderboard.ts";
export { ComparisonQuerySchema, ComparisonSchema } from "./http/eval/comparison.ts";
export type { ArmBuild, ComparisonAnswer, ComparisonQuery } from "./http/eval/comparison.ts";
export { ReviewQueueQuerySchema, ReviewQueueSchema } from "./http/eval/review-queue.ts";
export type { ReviewItem, ReviewQueueAnswer, ReviewQueueQuery } from "./http/eval/review-queue.ts";
export { ExportQuerySchema } from "./http/eval/export.ts";
export type { ExportQuery } from "./http/eval/export.ts";
export { DriftQuerySchema, DriftSchema } from "./http/eval/drift.ts";
export type { DriftAnswer, DriftQuery } from "./http/eval/drift.ts";
export { AuditQuerySchema, AuditSchema } from "./http/eval/audit.ts";
export type { AuditAnswer, AuditQuery } from "./http/eval/audit.ts";
