/**
 * One garment, one answer: the story of a request from its photos to nine validated attributes; and that of a chat completion,
 * whose photos are treated the same and whose answer is passed on unread.
 * Knows the order of things and none of their inside: images, extraction and backends are rooms of their own.
 */
export { createInference, isStorable } from "./infer.ts";
export type { ArmAnswer, Infer, InferredAnswer } from "./infer.ts";
export type { AnsweredObservation, FailedObservation, Garment, Observation } from "./garment.ts";
export { armOf, preparationOf } from "./observation.ts";
export type { Arm, FailedCall, LiveCall } from "./observation.ts";
export { askArm } from "./ask-arm.ts";
export type { ArmImage, ArmReply } from "./ask-arm.ts";
export type { Retries } from "./attempts.ts";
export { createChatCompletion } from "./chat-completion.ts";
export type { ChatCompletion, ChatImage, ChatRequest, CompleteChat } from "./chat-completion.ts";
