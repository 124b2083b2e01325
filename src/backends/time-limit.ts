import { startDeadline } from "../kernel/index.ts";
import type { Clock } from "../kernel/index.ts";
import { BackendFailure } from "./failure.ts";

/**
 * Runs `work` with a signal that aborts after `limitMs` or with the caller's own signal, whichever comes first. What
 * the abort makes of the work is reported as `timeout` in the first case, as `aborted` in the second.
 */
export async function withTimeLimit<T>(
  clock: Clock,
  limitMs: number,
  caller: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let isExpired = false;
  const limit = startDeadline(clock, limitMs, () => {
    isExpired = true;
    return new Error("time limit");
  });
  const onAbort = (): void => limit.abort(caller.reason as Error);
  if (caller.aborted) onAbort();
  else caller.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(limit.signal);
  } catch (error) {
    if (error instanceof BackendFailure && error.kind === "aborted") {
      const cause: unknown = caller.aborted && !isExpired ? caller.reason : error.cause;
      throw new BackendFailure(isExpired ? "timeout" : "aborted", { sends: error.sends, cause });
    }
    throw error;
  } finally {
    caller.removeEventListener("abort", onAbort);
    limit.dispose();
  }
}
