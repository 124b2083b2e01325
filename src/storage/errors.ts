/** Why the store cannot be used right now. */
export type UnavailableReason = "locked" | "disk_full" | "unreachable" | "closed" | "timeout" | "io";

/** The store cannot serve a query now; it may later. Callers count what they lose by `reason`. */
export class StorageUnavailable extends Error {
  readonly reason: UnavailableReason;

  constructor(reason: UnavailableReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StorageUnavailable";
    this.reason = reason;
  }
}

/** The store cannot be opened as it is. The message says what a person can do; nothing was overwritten. */
export class StorageRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StorageRefused";
  }
}
