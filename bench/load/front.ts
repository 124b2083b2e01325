import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** An address behind which one server can take another's place without a broken connection. */
export interface Front {
  url: string;
  /** Requests go there from now on; those under way stay where they are. */
  use(target: string): void;
  close(): Promise<void>;
}

export async function openFront(firstTarget: string): Promise<Front> {
  let target = firstTarget;
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const outgoing = request(`${target}${url}`, { method, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode as number, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use(next) {
      target = next;
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
