/**
 * vLLM servers as the gateway sees them: asking one, telling whether it may be asked, and the fleet of all.
 * Knows vLLM's HTTP API and its failures, and proves that guided decoding is on before any live request. Refuses to
 * know what a garment is, which backend to prefer for whom, and when to ask again.
 */
export { openFleet } from "./fleet.ts";
export type { CandidateQuery, Fleet, FleetChange, FleetWish } from "./fleet.ts";
export { openBackend } from "./open-backend.ts";
export type { AdminChange, Backend, BackendDeps } from "./backend.ts";
export type { CandidateFigures } from "./load.ts";
export type { BackendDescription } from "./description.ts";
export type { AnswerOutcome } from "./answer-quality.ts";
export type { ChatOptions, ChatResult, ForwardCall, Forwarded, Place } from "./place.ts";
export type { Work } from "./work.ts";
export type { AdminState, BackendState } from "./states.ts";
export type { ChatCall } from "./payload.ts";
export type { ChatReply } from "./reply.ts";
export { BackendFailure } from "./failure.ts";
export type { FailureKind } from "./failure.ts";
