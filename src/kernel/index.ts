/**
 * Small parts that every room may use: errors, clock, randomness, deadlines, ids, hashes.
 * Knows no domain, no vendor and no other room; holds no state of its own.
 */
export { defineError, GatewayError } from "./errors.ts";
export type { ErrorDefinition, ErrorFactory, ErrorItem } from "./errors.ts";
export { sleep, systemClock } from "./clock.ts";
export { untilAborted } from "./until-aborted.ts";
export type { Clock } from "./clock.ts";
export { seededRandom } from "./random.ts";
export type { Random } from "./random.ts";
export { createId } from "./ids.ts";
export { sha256, stableHash } from "./stable-hash.ts";
export { createLinkedQueue } from "./linked-queue.ts";
export type { LinkedQueue } from "./linked-queue.ts";
export { createTurns, turnsPerBulkTurn } from "./priority.ts";
export type { Priority } from "./priority.ts";
export { isLoopbackHost } from "./loopback.ts";
export { createSemaphore } from "./semaphore.ts";
export type { Semaphore } from "./semaphore.ts";
export { startDeadline } from "./deadline.ts";
export type { Deadline } from "./deadline.ts";
