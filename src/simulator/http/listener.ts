import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createExchange } from "./exchange.ts";
import type { Exchange } from "./exchange.ts";

/** A port that can be closed and opened again, as a server that dies and is restarted. */
export interface Listener {
  readonly port: number;
  /** Stops listening and resets every connection. */
  goAway(): Promise<void>;
  /** Listens on the same port again. */
  comeBack(): Promise<void>;
}

/** uvicorn's default (VLLM_HTTP_TIMEOUT_KEEP_ALIVE). */
const keepAliveMs = 5000;
/** Another process may hold the port for a moment after it was given up. */
const listenAttempts = 20;

export async function openListener(
  host: string,
  port: number,
  onExchange: (exchange: Exchange) => Promise<void>,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const used = new WeakSet<Socket>();
  const server = createServer((request, response) => {
    const isReused = used.has(request.socket);
    used.add(request.socket);
    void onExchange(createExchange(request, response, isReused));
  });
  server.keepAliveTimeout = keepAliveMs;
  server.keepAliveTimeoutBuffer = 0;
  // A stalled upload is the client's affair, as with uvicorn.
  server.requestTimeout = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });

  let boundPort = port;
  async function listen(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await new Promise<void>((resolve, reject) => {
          server.once("error", reject);
          server.listen({ host, port: boundPort }, () => {
            server.removeListener("error", reject);
            resolve();
          });
        });
        break;
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (!isTaken || port === boundPort || attempt === listenAttempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    boundPort = (server.address() as AddressInfo).port;
  }
  await listen();

  return {
    port: boundPort,
    async goAway() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    async comeBack() {
      if (!server.listening) await listen();
    },
  };
}
