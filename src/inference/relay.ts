import { finished, PassThrough } from "node:stream";
import type { Readable } from "node:stream";
import { backendFailed } from "./errors.ts";

/**
 * A backend's stream as a caller gets it: it fails with an error of the contract, or with the signal's reason. It is read
 * only as fast as its reader reads; whoever destroys it ends the backend's call.
 */
export function relay(source: Readable, signal: AbortSignal): Readable {
  const relayed = new PassThrough();
  relayed.once("close", () => source.destroy());
  finished(source, { writable: false }, (error) => {
    if (error === null || error === undefined) return;
    const cause = signal.aborted
      ? (signal.reason as Error)
      : backendFailed("The backend failed in the middle of its answer. Send the request again.", { cause: error });
    relayed.destroy(cause);
  });
  return source.pipe(relayed);
}
