import { Refusal } from "../refusal.ts";
import type { Simulator, Surroundings, Target } from "./target.ts";

/**
 * The gateway that GATEWAY_URL names; null where it names none.
 * @throws Refusal with exit status 2 where an address is none
 */
export function readGivenTarget({ GATEWAY_URL, GATEWAY_KEY, SIMULATORS }: Surroundings): Target | null {
  if (GATEWAY_URL === undefined || GATEWAY_URL === "") return null;
  return {
    url: readUrl("GATEWAY_URL", GATEWAY_URL),
    key: GATEWAY_KEY === undefined || GATEWAY_KEY === "" ? null : GATEWAY_KEY,
    setup: `The gateway at ${GATEWAY_URL}, which others may be using too.`,
    isOwn: false,
    simulators: (SIMULATORS ?? "")
      .split(",")
      .filter((part) => part.trim() !== "")
      .map(readSimulator),
    close: async () => {},
  };
}

function readSimulator(text: string): Simulator {
  const [, backend, url] = /^\s*([^=]+)=(.+)$/.exec(text) ?? [];
  if (backend !== undefined && url !== undefined) return { backend, url: readUrl("SIMULATORS", url.trim()) };
  throw new Refusal(`SIMULATORS: ${text} is not ID=URL, the gateway's id of a backend and its simulator's address.`, 2);
}

function readUrl(name: string, text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return `${url.origin}${url.pathname.replace(/\/$/, "")}`;
  throw new Refusal(`${name}: ${text} is no http or https address.`, 2);
}
