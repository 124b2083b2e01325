import { Refusal } from "../refusal.ts";
import type { Client } from "../traffic/client.ts";
import type { Upload } from "../traffic/request.ts";
import type { Target } from "./target.ts";

/** A gateway that is alive says so at once. */
const patienceMs = 5000;

/**
 * Asks for one garment before any load, so that a run against nothing, or without a key, ends with a sentence in place of a
 * thousand failures.
 * @throws Refusal that says what to do
 */
export async function checkTarget({ url, key }: Target, client: Client, upload: Upload): Promise<void> {
  await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(patienceMs) })
    .then((response) => response.arrayBuffer())
    .catch((error: Error) => {
      const cause = error.cause as NodeJS.ErrnoException | undefined;
      const reason =
        error.name === "TimeoutError" ? `nothing for ${patienceMs / 1000} s` : (cause?.code ?? error.message);
      throw new Refusal(`No gateway answers at ${url} (${reason}). Is it running? GATEWAY_URL names it.`);
    });
  const { outcome, code, status } = await client.send(upload);
  if (outcome === "answered" || outcome === "shed") return;
  if (status === 401) {
    const advice = key === null ? "it needs a key: set GATEWAY_KEY to one" : "it does not take the key in GATEWAY_KEY";
    throw new Refusal(`The gateway at ${url} answered 401: ${advice}.`);
  }
  if (status === 403) throw new Refusal(`The gateway at ${url} answered 403: the key may not ask for attributes.`);
  throw new Refusal(
    `The gateway at ${url} did not answer a first garment: ${code}${status > 0 ? ` (${status})` : ""}.`,
  );
}
