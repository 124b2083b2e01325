import type { Dispatcher } from "undici";
import type { ExchangeProgress, NetErrorKind } from "./net-error.ts";
import { NetError, kindOf } from "./net-error.ts";

/** Response headers, names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Where the parts of an answer go. After `end` or `fail` nothing more arrives. */
export interface Receiver {
  head(status: number, headers: ResponseHeaders): void;
  /** False asks for a pause, until `Exchange.resume`. */
  chunk(chunk: Buffer): boolean;
  end(): void;
  fail(error: NetError): void;
}

interface ExchangeOptions {
  signal: AbortSignal | undefined;
  maxBodyBytes: number;
  isResent: boolean;
}

/**
 * One request and its answer, as undici reports them. undici's own `request` does not settle an aborted call that still
 * waits for a socket, and does not tell whether a byte was seen; this handler does both.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #receiver: Receiver;
  readonly #options: ExchangeOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #isBeforeResponse = true;
  #isFinished = false;
  #isReusedSocket = false;
  #bodyBytes = 0;
  #takeSocket: () => boolean = () => false;
  readonly #onAbort = (): void => this.cancel("aborted", this.#options.signal?.reason);

  constructor(receiver: Receiver, options: ExchangeOptions) {
    this.#receiver = receiver;
    this.#options = options;
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get progress(): ExchangeProgress {
    return {
      isSent: this.#controller !== undefined,
      isReusedSocket: this.#isReusedSocket,
      isBeforeResponse: this.#isBeforeResponse,
      isResent: this.#options.isResent,
    };
  }

  /** Called by the client that will write the request: `takeSocket` tells whether its socket was used before. */
  assign(takeSocket: () => boolean): void {
    this.#takeSocket = takeSocket;
  }

  /** Ends the exchange now and closes its socket, so that the other side stops working on it. */
  cancel(kind: NetErrorKind, cause?: unknown): void {
    if (this.#isFinished) return;
    const error = new NetError(kind, this.progress, cause);
    this.#fail(error);
    this.#controller?.abort(error);
  }

  resume(): void {
    if (!this.#isFinished) this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isFinished) {
      controller.abort(new Error("cancelled while it waited for a socket"));
      return;
    }
    this.#isReusedSocket = this.#takeSocket();
    this.#controller = controller;
  }

  onResponseStarted(): void {
    this.#isBeforeResponse = false;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200 || this.#isFinished) return;
    if (Number(headers["content-length"] ?? 0) > this.#options.maxBodyBytes) this.cancel("too_large");
    else this.#receiver.head(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isFinished) return;
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > this.#options.maxBodyBytes) this.cancel("too_large");
    else if (!this.#receiver.chunk(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#isFinished) return;
    this.#finish();
    this.#receiver.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(new NetError(kindOf(error, this.#controller !== undefined), this.progress, error));
  }

  #fail(error: NetError): void {
    if (this.#isFinished) return;
    this.#finish();
    this.#receiver.fail(error);
  }

  #finish(): void {
    this.#isFinished = true;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}
