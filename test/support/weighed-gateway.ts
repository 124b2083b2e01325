import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";
import type { Weight } from "./weigh.ts";

const preload = fileURLToPath(new URL("weigh.ts", import.meta.url));

/** A gateway in a process of its own that can be asked what it holds. */
export interface WeighedGateway {
  /** Collects garbage first. */
  weigh(): Promise<Weight>;
  output(): string;
}

/** Starts `node src/main.ts serve --config FILE` with `weigh.ts` loaded into it; it is ended with the test at the latest. */
export function startWeighedGateway(t: TestContext, file: string): WeighedGateway {
  const child = spawn(process.execPath, ["--import", preload, "src/main.ts", "serve", "--config", file], {
    env: process.env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<void>((resolve) => child.once("close", () => resolve()));
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  return {
    async weigh() {
      child.send("weigh");
      const [weight] = (await once(child, "message")) as [Weight];
      return weight;
    },
    output: () => output,
  };
}
