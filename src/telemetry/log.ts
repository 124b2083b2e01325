import { pino } from "pino";
import type { Logger } from "pino";

/** What rooms need of a logger. One line an event: fields first, then the sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The process's logger: JSON lines on standard output, without process id and host name, which the platform adds. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
