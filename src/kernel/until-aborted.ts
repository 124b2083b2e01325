/**
 * What the work gives, or a rejection with the signal's reason as soon as it aborts, whichever comes first. The work itself
 * goes on to its end (a decoder cannot be stopped midway); who waits for it must not have to.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
