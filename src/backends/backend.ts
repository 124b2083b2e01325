import type { BackendConfig } from "../../schemas/index.ts";
import type { Clock, Random, Priority } from "../kernel/index.ts";
import type { Instruments, Log } from "../telemetry/index.ts";
import type { AnswerOutcome } from "./answer-quality.ts";
import type { BackendDescription } from "./description.ts";
import type { CandidateFigures } from "./load.ts";
import type { ChatCall } from "./payload.ts";
import type { PlaceLine } from "./place-line.ts";
import type { ChatOptions, ChatResult, ForwardCall, Forwarded, Place } from "./place.ts";
import type { AdminState, BackendState } from "./states.ts";
import type { PromptCount } from "./token-arithmetic.ts";
import type { Work } from "./work.ts";

export interface BackendDeps {
  clock: Clock;
  random: Random;
  log: Log;
  instruments: Instruments;
  /** Where calls wait for places; the backends of a fleet share one. */
  line?: PlaceLine<Backend, Place>;
  /** Told of each live call as it takes its place at the backend with this id. */
  onLiveCall?: (id: string) => void;
  /** Whether another backend would serve in its place; one that is alone is not taken out for what its answers say. */
  hasPeers?: (backend: Backend) => boolean;
  /** The best `shownPace` among the fleet. */
  bestPace?: () => number | null;
}

/** A wish for a place at a backend. */
export interface AcquireOptions {
  /** What the call will cost, as far as it is known now. */
  work: Work;
  /** Aborting it ends the wait. */
  signal: AbortSignal;
  /** Default interactive. */
  priority?: Priority;
}

/** What an operator may change while it runs. */
export type AdminChange = Partial<Pick<BackendConfig, "role" | "weight" | "tiers" | "max_concurrency">> & {
  state?: AdminState;
};

/** One vLLM server as the gateway sees it. */
export interface Backend {
  readonly id: string;
  /** With what operators have changed since the start. */
  readonly config: BackendConfig;
  readonly state: BackendState;
  /** Live calls under way, and places taken for calls that have not begun. */
  readonly inFlight: number;
  /** Their work in tokens. */
  readonly inFlightTokens: number;
  /** Calls it may be given at once, now. */
  readonly limit: number;
  /** Calls it may be given right now; 0 while it is out of rotation, and for a while after it turned a call away. */
  readonly freePlaces: number;
  /** What is left of that while. */
  readonly pauseMs: number;
  /** Tokens a second that one of its places has worked off; null before the first answer. */
  readonly shownPace: number | null;
  /** Its load in the numbers that a routing policy compares. */
  candidate(): CandidateFigures;
  /** Calls that wait for a place at this backend, or at it among others. */
  readonly waiting: number;
  /** Open sockets to the server, those of handshakes included. */
  readonly openSockets: number;
  /** Resolves when its first handshake is over, passed or not. */
  readonly onceSettled: Promise<void>;
  /** A place for one call, or null where none is free. */
  tryAcquire(work: Work): Place | null;
  /** Waits for a place and asks the model; see `Place.chat`. `unavailable` at once while it is out of rotation. */
  chat(call: ChatCall, options: ChatOptions): Promise<ChatResult>;
  /** Waits for a place and passes a request on; see `Place.forward`. */
  forward(call: ForwardCall, options: ChatOptions): Promise<Forwarded>;
  /**
   * Asks the model on no caller's behalf: it takes no place, and neither limit, circuit, load nor the live metrics hear
   * of it. Fails as `Place.chat` does; `unavailable` while the backend has not passed its handshake or an operator has
   * taken it out.
   */
  mirror(call: ChatCall, options: ChatOptions): Promise<ChatResult>;
  /** Call it once the answer is read. Prose under a schema takes the backend out of rotation at once, as does a row of garbage. */
  reportAnswer(outcome: AnswerOutcome): void;
  /** Holds the backend's count of prompt tokens against ours. */
  checkPromptTokens(count: PromptCount): void;
  setAdmin(change: AdminChange): void;
  /** Takes what a new configuration says, apart from the server itself (`isSameServer`). */
  reconfigure(config: BackendConfig): void;
  describe(): BackendDescription;
  /** Gives it no more calls, lets those under way end, and closes it. */
  retire(): Promise<void>;
  /** Ends every call as `aborted` and closes every socket. */
  close(): Promise<void>;
}
