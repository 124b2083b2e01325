import { addAbortSignal, finished } from "node:stream";
import type { Readable } from "node:stream";
import type { Clock } from "../kernel/index.ts";
import { NetError } from "../net/index.ts";
import type { HttpResponse } from "../net/index.ts";
import type { Backend } from "./backend.ts";
import { BackendFailure, failureOfExchange } from "./failure.ts";
import type { Booking } from "./ledger.ts";
import { buildPayload } from "./payload.ts";
import type { ChatCall } from "./payload.ts";
import type { ChatReply } from "./reply.ts";
import { withTimeLimit } from "./time-limit.ts";
import type { VllmClient } from "./vllm-client.ts";
import type { Work } from "./work.ts";

export interface ChatOptions {
  /** The caller's: aborting it ends the wait or the call, closes its socket, and so stops the generation. */
  signal: AbortSignal;
  /** Longest time for this one call, of a stream for its headers; the wait for a place does not count. */
  attemptTimeoutMs: number;
}

export interface ChatResult extends ChatReply {
  /** The call itself. */
  durationMs: number;
  /** How often the request went out; 2 where the first socket was dead. */
  sends: number;
}

/** A body for POST /v1/chat/completions that somebody else has made. */
export interface ForwardCall {
  body: Buffer;
  /** Whether that body asks for a stream. */
  isStream: boolean;
  work: Work;
}

interface ForwardHead {
  /** Always 200: every other status is a BackendFailure, for its text may repeat the request. */
  status: number;
  headers: HttpResponse["headers"];
}

/** A whole answer, or one whose call lasts until the stream has ended or is destroyed. */
export type Forwarded = ForwardHead & ({ body: Buffer; stream: null } | { body: null; stream: Readable });

/** The right to one call to a backend, which counts as in flight from now on. */
export interface Place {
  readonly backend: Backend;
  /** Asks the model. Throws BackendFailure; `unavailable`, with nothing sent, where it has left the rotation meanwhile. */
  chat(call: ChatCall, options: ChatOptions): Promise<ChatResult>;
  /** Passes a request on as it is. Fails as `chat` does, up to the answer's headers; after them the stream fails. */
  forward(call: ForwardCall, options: ChatOptions): Promise<Forwarded>;
  /** Gives an unused place back. After a call, which gives it back itself, it does nothing. */
  release(): void;
}

/** How a call ended. */
export interface CallEnd {
  failure: BackendFailure | null;
  durationMs: number;
  isStream: boolean;
  /** Requests that waited inside the backend when it answered, where it told. */
  waitingInside: number | null;
}

/** Ends a call; returns how long it took. */
type End = (failure: BackendFailure | null, waitingInside?: number | null) => number;

interface PlaceParts {
  backend: Backend;
  booking: Booking;
  client: VllmClient;
  target: { model: string; chatTemplateKwargs: Readonly<Record<string, unknown>> | null };
  clock: Clock;
  isUsable(): boolean;
  /** A call begins; what it returns is called once, when it has ended. */
  onBegin(work: Work): (end: CallEnd) => void;
  /** The booking is closed. */
  onFree(): void;
}

/** Opens a place for a booked call. */
export function openPlace({ backend, booking, client, target, clock, isUsable, onBegin, onFree }: PlaceParts): Place {
  let isUsed = false;
  let isFree = false;

  function free(): void {
    if (isFree) return;
    isFree = true;
    booking.close();
    onFree();
  }

  /** Begins the one call of this place; what it returns ends it and gives the place back, once. */
  function begin(work: Work, isStream = false): End {
    if (isUsed || isFree) throw new Error("a place is good for one call");
    isUsed = true;
    if (!isUsable()) {
      free();
      throw new BackendFailure("unavailable", { sends: 0 });
    }
    booking.rebook(work);
    const start = clock.now();
    const onEnd = onBegin(work);
    return (failure, waitingInside = null) => {
      const durationMs = clock.now() - start;
      if (!isFree) {
        onEnd({ failure, durationMs, isStream, waitingInside });
        free();
      }
      return durationMs;
    };
  }

  async function chat(call: ChatCall, { signal, attemptTimeoutMs }: ChatOptions): Promise<ChatResult> {
    const end = begin(call.work);
    try {
      const body = buildPayload(target, call);
      const answer = await withTimeLimit(clock, attemptTimeoutMs, signal, (limited) => client.chat(body, limited));
      return { ...answer.reply, sends: answer.sends, durationMs: end(null, answer.waitingInside) };
    } catch (error) {
      end(failureFrom(error));
      throw error;
    }
  }

  async function forward(call: ForwardCall, { signal, attemptTimeoutMs }: ChatOptions): Promise<Forwarded> {
    const end = begin(call.work, call.isStream);
    try {
      return await withTimeLimit(clock, attemptTimeoutMs, signal, async (limited) => {
        if (!call.isStream) {
          const { status, headers, body, waitingInside } = await client.forward(call.body, limited);
          end(null, waitingInside);
          return { status, headers, body, stream: null };
        }
        const { status, headers, body: stream } = await client.forwardStream(call.body, limited);
        // From here on the time limit is over; the caller's signal still ends the stream.
        addAbortSignal(signal, stream);
        finished(stream, (error) => end(failureOfStream(error)));
        return { status, headers, body: null, stream };
      });
    } catch (error) {
      end(failureFrom(error));
      throw error;
    }
  }

  return {
    backend,
    chat,
    forward,
    release() {
      if (!isUsed) free();
    },
  };
}

/** A defect of ours is thrown on by the caller; the call that it broke says nothing about the backend. */
function failureFrom(error: unknown): BackendFailure {
  return error instanceof BackendFailure ? error : new BackendFailure("aborted", { cause: error });
}

function failureOfStream(error: Error | null | undefined): BackendFailure | null {
  if (error === null || error === undefined) return null;
  if (error instanceof NetError) return failureOfExchange(error);
  return new BackendFailure("aborted", { cause: error }); // whoever read it has let go of it
}
