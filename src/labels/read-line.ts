import type { ErrorItem } from "../kernel/index.ts";
import { maxLineBytes } from "./lines.ts";
import type { Line } from "./lines.ts";

/** The parsed JSON of a line, or why there is none. */
export type ParsedLine = { ok: true; value: unknown } | { ok: false; error: string };

/** Takes a byte order mark away, and refuses what is no UTF-8. */
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Parses one line of NDJSON. */
export function parseLine({ bytes }: Line): ParsedLine {
  if (bytes === null) return { ok: false, error: `is longer than ${maxLineBytes} bytes` };
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { ok: false, error: "is not valid UTF-8" };
  }
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, error: "is not valid JSON" };
  }
}

/** The mistakes of one line in one short text. */
export function describeMistakes(errors: readonly ErrorItem[]): string {
  const named = errors.slice(0, 3).map(({ path, message }) => (path === "" ? message : `${path} ${message}`));
  const rest = errors.length - named.length;
  return rest > 0 ? `${named.join("; ")}; and ${rest} more` : named.join("; ");
}
