/**
 * Who may call, how often, and how much work is let in: keys and scopes, rate limits, admission with its queue, brown-out,
 * the budget of retries. Everything is counted in memory and bounded.
 * Refuses to know HTTP, images and backends; what it must know of them arrives as a number or a function.
 */
export { createAdmission } from "./admission.ts";
export type { Admission, AdmissionLimits, AdmissionOptions, AdmissionOutcome, Entry, Ticket } from "./admission.ts";
export { createBrownOut } from "./brown-out.ts";
export type { BrownOut } from "./brown-out.ts";
export { anonymousScopes, createKeyring, requireScope } from "./keyring.ts";
export type { Caller, Keyring } from "./keyring.ts";
export { createRateLimits } from "./rate-limits.ts";
export type { RateLimits, RateLimitVerdict } from "./rate-limits.ts";
export { backoffMs } from "./backoff.ts";
export { createRetryBudget } from "./retry-budget.ts";
export type { RetryBudget } from "./retry-budget.ts";
