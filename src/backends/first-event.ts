import { finished } from "node:stream";
import type { Readable } from "node:stream";
import type { HttpResponse } from "../net/index.ts";
import { BackendFailure, failureOfResponse } from "./failure.ts";
import { isRecord, parseJson } from "./json.ts";

/** The answer's status is out before vLLM knows how its generation goes; what goes wrong then is told by such an event. */
const errorEvent = /^data: *(\{"error":[^\n]*)/;

/**
 * Waits for the first bytes of a stream of events and leaves them in it: as long as none was seen, the call can still be
 * made elsewhere. Throws BackendFailure where the stream ends before them or begins with an error, and what it fails with.
 */
export async function awaitFirstEvent(
  stream: Readable,
  { headers, isResent }: Pick<HttpResponse, "headers" | "isResent">,
  wallMs: number,
): Promise<void> {
  await untilReadable(stream);
  const bytes = stream.read() as Buffer | null;
  if (bytes === null) throw new BackendFailure("bad_reply", { status: 200, sends: isResent ? 2 : 1 });
  stream.unshift(bytes);
  const json = errorEvent.exec(bytes.toString("utf8"))?.[1];
  if (json === undefined) return;
  const body = Buffer.from(json);
  throw failureOfResponse({ status: readStatus(body), headers, isResent, body }, wallMs);
}

/** Resolves when there are bytes, or none will come. */
function untilReadable(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopWatching = finished(stream, { writable: false }, (error) => settle(error ?? undefined));
    const settle = (error?: Error): void => {
      stopWatching();
      stream.off("readable", onReadable);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onReadable = (): void => settle();
    stream.on("readable", onReadable);
  });
}

/** vLLM repeats as `code` the status that the answer would have had. */
function readStatus(body: Buffer): number {
  const parsed = parseJson(body);
  const error = isRecord(parsed) && isRecord(parsed["error"]) ? parsed["error"] : {};
  const { code } = error;
  return typeof code === "number" && Number.isInteger(code) && code >= 400 && code < 600 ? code : 500;
}
