/** What the process is told from outside. */
export interface Signals {
  /** Aborts on SIGINT and SIGTERM. */
  stop: AbortSignal;
  /** Calls the listener on each SIGHUP. */
  onHangUp(listener: () => void): void;
}

/**
 * One command of the command line: runs until it is done or told to stop.
 * @returns the exit status: 0 success, 1 failure, 2 wrong usage
 */
export type Command = (args: string[], signals: Signals) => Promise<number>;
