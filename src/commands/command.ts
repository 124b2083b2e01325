/**
 * One command of the command line: runs until it is done or `stop` aborts (SIGINT, SIGTERM).
 * @returns the exit status: 0 success, 1 failure, 2 wrong usage
 */
export type Command = (args: string[], stop: AbortSignal) => Promise<number>;
