import { StorageUnavailable } from "./errors.ts";
import type { UnavailableReason } from "./errors.ts";

/** Node's codes for sockets, and SQLSTATE of https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const reasons: Readonly<Record<string, UnavailableReason>> = {
  ECONNREFUSED: "unreachable",
  ECONNRESET: "unreachable",
  EPIPE: "unreachable",
  ENOTFOUND: "unreachable",
  EAI_AGAIN: "unreachable",
  ETIMEDOUT: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENOENT: "unreachable", // a Unix socket that is not there yet
  "25006": "unreachable", // read_only_sql_transaction: a standby, until the fail-over is through
  "53300": "unreachable", // too_many_connections
  "57P01": "unreachable", // admin_shutdown
  "57P02": "unreachable", // crash_shutdown
  "57P03": "unreachable", // cannot_connect_now
  "57P05": "unreachable", // idle_session_timeout
  "53100": "disk_full",
  "40001": "locked", // serialization_failure
  "40P01": "locked", // deadlock_detected
  "55P03": "locked", // lock_not_available
  "25P03": "timeout", // idle_in_transaction_session_timeout
  "57014": "timeout", // query_canceled, by statement_timeout
  "53200": "io", // out_of_memory
  "58030": "io", // io_error
  XX001: "io", // data_corrupted
  XX002: "io", // index_corrupted
};

/** The driver's own errors carry no code. */
const messages: readonly (readonly [RegExp, UnavailableReason])[] = [
  [/^Query read timeout|^timeout exceeded when trying to connect/, "timeout"],
  [/^Connection terminated|^Client has encountered a connection error|not queryable/, "unreachable"],
  [/^Cannot use a pool after calling end/, "closed"],
];

/** Tells what is wrong with the store from what is wrong with the query; the latter comes back as it is. */
export function toPostgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageUnavailable) return error;
  const reason = reasonOf(error);
  return reason === undefined ? error : new StorageUnavailable(reason, error.message, error);
}

function reasonOf(error: Error): UnavailableReason | undefined {
  const code = "code" in error ? String(error.code) : "";
  if (Object.hasOwn(reasons, code)) return reasons[code];
  if (code.startsWith("08")) return "unreachable"; // connection exceptions
  return messages.find(([pattern]) => pattern.test(error.message))?.[1];
}
