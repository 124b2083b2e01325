import { createBoundedStore } from "./bounded-store.ts";
import type { StoreLimits } from "./bounded-store.ts";
import { idempotencyMismatch } from "./errors.ts";
import { createSingleFlight } from "./single-flight.ts";
import type { TimeLeft } from "./single-flight.ts";

/** A whole reply, ready to be sent and sent again: text, so that every copy is the same bytes. */
export interface Reply {
  readonly status: number;
  /** Those that describe the body; what belongs to one request, such as its id, is not among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One caller's claim that its requests with this key are the same request. */
interface Claim {
  /** Id of the API key; null where none is needed. Keys of different callers never meet. */
  apiKeyId: string | null;
  /** The Idempotency-Key, as it came. */
  key: string;
  /** Digest of what the request asks. */
  fingerprint: string;
  deadline: TimeLeft;
}

/**
 * Requests with an Idempotency-Key, run once and answered alike, after the IETF draft (draft-ietf-httpapi-idempotency-
 * key-header-07) but for two points of the contract: a second request joins the first where the draft refuses it with
 * 409, and only successes are kept.
 */
export interface Idempotency {
  /**
   * Replays the kept reply of `key`, or joins the run under way, or runs `work` and keeps its reply where that is a 2xx.
   * `isReplayed` tells those whose reply another request's run made.
   *
   * As in a SingleFlight, the run belongs to all who wait for it, and goes on when the first of them leaves. Its failure,
   * thrown or a reply outside 2xx, reaches all of them and is not kept: the next request with the key runs again.
   * @throws GatewayError idempotency_mismatch where the key stands for other content, running or kept; whatever `work`
   * throws; the reason of the caller's own signal
   */
  once(claim: Claim, work: (timeLeft: TimeLeft) => Promise<Reply>): Promise<{ reply: Reply; isReplayed: boolean }>;
  /** Replies held and their bytes, those past their age included until they are asked for or make room. */
  readonly entries: number;
  readonly bytes: number;
  readonly inFlight: number;
}

/** Creates an empty memory of replies. Where a limit pushes a reply out before its time, a retry simply runs again. */
export function createIdempotency(limits: StoreLimits): Idempotency {
  const kept = createBoundedStore<{ fingerprint: string; reply: Reply }>(limits);
  const flights = createSingleFlight<Reply>();
  /** What each run under way is about. */
  const running = new Map<string, { fingerprint: string }>();

  function refuseOther(known: { fingerprint: string }, fingerprint: string): void {
    if (known.fingerprint === fingerprint) return;
    throw idempotencyMismatch(
      "This Idempotency-Key was used for other content. Use a new key for a new request, and the same key only to repeat one.",
    );
  }

  async function run(
    id: string,
    fingerprint: string,
    timeLeft: TimeLeft,
    work: (timeLeft: TimeLeft) => Promise<Reply>,
  ) {
    const mine = { fingerprint };
    // An abandoned run frees its key at once, as its flight does, and may still end after a successor has begun.
    const release = (): void => {
      if (running.get(id) === mine) running.delete(id);
    };
    running.set(id, mine);
    timeLeft.signal.addEventListener("abort", release, { once: true });
    try {
      const reply = freeze(await work(timeLeft));
      // What nobody waited for is not kept either: a successor's reply is the one that counts.
      if (isSuccess(reply) && !timeLeft.signal.aborted)
        kept.set(id, { fingerprint, reply }, sizeOf(fingerprint, reply));
      return reply;
    } finally {
      release();
    }
  }

  return {
    async once({ apiKeyId, key, fingerprint, deadline }, work) {
      // No key holds a space, so the two parts cannot run into each other.
      const id = `${apiKeyId ?? ""} ${key}`;
      const known = kept.get(id);
      if (known !== undefined) {
        refuseOther(known, fingerprint);
        return { reply: known.reply, isReplayed: true };
      }
      const underWay = running.get(id);
      if (underWay !== undefined) refuseOther(underWay, fingerprint);
      // A run that has failed is known no longer, and its flight ends a moment later: nobody else may join it meanwhile.
      const { value, role } = await flights.join(`${id} ${fingerprint}`, deadline, (timeLeft) =>
        run(id, fingerprint, timeLeft, work),
      );
      return { reply: value, isReplayed: role === "follower" };
    },
    get entries() {
      return kept.entries;
    },
    get bytes() {
      return kept.bytes;
    },
    get inFlight() {
      return flights.inFlight;
    },
  };
}

function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}

/** Everybody who gets a reply gets the same object. */
function freeze({ status, headers, body }: Reply): Reply {
  return Object.freeze({ status, headers: Object.freeze({ ...headers }), body });
}

function sizeOf(fingerprint: string, { headers, body }: Reply): number {
  return Buffer.byteLength(fingerprint + JSON.stringify(headers) + body);
}
