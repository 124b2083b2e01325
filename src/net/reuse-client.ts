import { Client } from "undici";
import type { Dispatcher } from "undici";
import { Exchange } from "./exchange.ts";

/**
 * One socket of a pool, which tells each exchange whether the socket was used before: only then can a reset mean that
 * the server had closed an idle connection, which says nothing about the request.
 */
export class ReuseClient extends Client {
  #requestsOnSocket = 0;

  constructor(origin: URL, options: object) {
    super(origin, options);
    this.on("connect", () => {
      this.#requestsOnSocket = 0;
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof Exchange) handler.assign(() => this.#requestsOnSocket++ > 0);
    return super.dispatch(options, handler);
  }
}
