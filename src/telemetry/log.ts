/** What rooms need of a logger; Fastify's pino logger fits. One line an event: fields first, then the sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

function ignore(): void {}

/** Drops everything: for tests and commands that speak through their own output. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
