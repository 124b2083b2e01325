/** One command of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /**
   * Runs until it is done or `stop` aborts (SIGINT, SIGTERM).
   * @returns the exit status: 0 success, 1 failure, 2 wrong usage
   */
  run(args: string[], stop: AbortSignal): Promise<number>;
}
