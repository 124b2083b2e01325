import { once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Internet } from "../../src/net/index.ts";
import { isPublicAddress } from "../../src/net/address-rules.ts";
import { createCertificate } from "./certificate.ts";

export interface ImageHost {
  /** A world whose only public machine besides the real ones is this server. */
  internet: Internet;
  /** Host names that were looked up, in order. */
  lookups: string[];
  requests: IncomingMessage[];
  readonly openSockets: number;
  /** Connections ever accepted. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Each host's answers, one for each look-up; the last one stays. */
export type Zone = Readonly<Record<string, readonly (readonly string[])[]>>;

/** The server's address in that world. */
export const hostAddress = "127.0.0.1";

const names = ["images.test", "cdn.test", "xn--bcher-kva.test"];

/** A real HTTPS server on loopback, for every host in `names`, and the DNS that leads to it. */
export async function openImageHost(answer: RequestListener, zone: Zone = {}): Promise<ImageHost> {
  const { cert, key } = createCertificate(names);
  const requests: IncomingMessage[] = [];
  const lookups: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ cert, key }, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  server.listen(0, hostAddress);
  await once(server, "listening");

  const answers = new Map<string, readonly (readonly string[])[]>([
    ...names.map((name): [string, string[][]] => [name, [[hostAddress]]]),
    ...Object.entries(zone),
  ]);
  return {
    internet: {
      async resolve(host) {
        const lists = answers.get(host) ?? [[]];
        const at = lookups.filter((lookup) => lookup === host).length;
        lookups.push(host);
        return [...(lists[at] ?? lists.at(-1) ?? [])];
      },
      isPublicAddress: (address) => address === hostAddress || isPublicAddress(address),
      httpsPort: (server.address() as AddressInfo).port,
      ca: cert,
    },
    lookups,
    requests,
    get openSockets() {
      return sockets.size;
    },
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
