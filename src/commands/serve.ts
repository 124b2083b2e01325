import { ConfigError, formatMistake, inertKeys, loadConfig } from "../../config/index.ts";
import type { Config } from "../../schemas/index.ts";
import { buildApp } from "../app.ts";
import { openGateway } from "../gateway.ts";
import { blockUnneededDecoders } from "../image/index.ts";
import { StorageRefused } from "../storage/index.ts";
import type { Gateway } from "../gateway.ts";
import type { Command } from "./command.ts";
import { parseFlags } from "./flags.ts";
import { reloadOnChange } from "./reload.ts";

const help = `serve [--config FILE.yaml]        (npm start runs this without a file)

Starts the gateway. Without a file it serves with two builds of the built-in simulator, so that everything can be tried
without a GPU. FILE.yaml holds only what differs from config/default.yaml; GATEWAY__SERVER__PORT=8081 and the like
override both. docs/configuration.md explains every key.

Reloads its configuration on SIGHUP and when FILE.yaml changes: checked first, refused whole where anything is wrong.
Stops on SIGINT and SIGTERM: no new requests, running ones get server.shutdown_grace_ms to finish.

Exit status: 0 stopped as asked, 1 failure, 2 wrong usage.`;

export const serve: Command = async (args, signals) => {
  const flags = parseFlags(args, { config: { type: "string" } }, help);
  if ("exitStatus" in flags) return flags.exitStatus;
  const config = readConfig(flags.values.config);
  if (config === null) return 1;

  // Process-wide and for good, hence here and not in the gateway.
  blockUnneededDecoders();
  const gateway = await openOrExplain(config);
  if (gateway === null) return 1;
  gateway.scoring.scorer.warmUp();
  const app = await buildApp(gateway);
  try {
    await app.listen({ host: config.server.host, port: config.server.port });
  } catch (error) {
    explainListenError(error as NodeJS.ErrnoException, config);
    await gateway.close();
    return 1;
  }
  announce(gateway);
  const stopWatching = reloadOnChange(gateway, flags.values.config, signals);
  await untilAborted(signals.stop);
  stopWatching();
  await stopGracefully(gateway, app);
  if (!(await closeInTime(gateway))) return 1;
  gateway.log.info({}, "stopped");
  return 0;
};

/** A store that is not to be opened is the operator's to mend, and no defect. */
async function openOrExplain(config: Config): Promise<Gateway | null> {
  try {
    return await openGateway(config);
  } catch (error) {
    if (!(error instanceof StorageRefused)) throw error;
    console.error(error.message);
    return null;
  }
}

/** Longer than anything that is still to be written takes; a store that hangs must not keep the process. */
const maxCloseMs = 10_000;

async function closeInTime(gateway: Gateway): Promise<boolean> {
  const timeout = new Promise<false>((resolve) => setTimeout(resolve, maxCloseMs, false).unref());
  const isClosed = await Promise.race([gateway.close().then(() => true), timeout]);
  if (!isClosed)
    gateway.log.error({ after_ms: maxCloseMs }, "not everything could be closed in time; ending all the same");
  return isClosed;
}

function readConfig(file: string | undefined): Config | null {
  try {
    return loadConfig({ file });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const mistake of error.mistakes) console.error(formatMistake(mistake));
    console.error("The gateway does not start with mistakes in its configuration.");
    return null;
  }
}

/** What an operator wants to know of a fresh start: where it listens, what answers, what has no effect. */
function announce({ log, config, simulationNotice, fleet }: Gateway): void {
  log.info({ backends: fleet.describe().map((backend) => backend.id) }, "serving");
  if (simulationNotice !== "") log.warn({}, `simulated: ${simulationNotice}`);
  for (const notice of config.notices) log.info({}, notice);
  log.info({ keys: inertKeys }, "settings that are accepted and have no effect yet");
  if (config.backends === "embedded") return;
  const generic = config.backends.filter((backend) => backend.family === "generic").map((backend) => backend.id);
  if (generic.length > 0) {
    log.warn({ backends: generic }, "family generic: images are not fitted to the model's own grid; set `family`");
  }
}

function explainListenError(error: NodeJS.ErrnoException, { server }: Config): void {
  const address = `${server.host}:${server.port}`;
  if (error.code === "EADDRINUSE") {
    console.error(`${address} is in use. Stop what listens there, or set server.port (GATEWAY__SERVER__PORT=8081).`);
  } else if (error.code === "EACCES") {
    console.error(`This user may not listen on ${address}. Set server.port to 1024 or more.`);
  } else {
    console.error(`Cannot listen on ${address}: ${error.message}. Check server.host and server.port.`);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Longest time between "not ready" and the closed door: load balancers look about once a second. */
const maxNoticeMs = 1000;

/** Readiness off, time to notice, then no new connections; what still runs when the grace is over is cut off. */
async function stopGracefully(gateway: Gateway, app: Awaited<ReturnType<typeof buildApp>>): Promise<void> {
  const graceMs = gateway.config.server.shutdown_grace_ms;
  const noticeMs = Math.min(maxNoticeMs, graceMs / 10);
  gateway.stopServing();
  gateway.log.info({ grace_ms: graceMs }, "stopping: not ready any more, running requests may finish");
  await new Promise((resolve) => setTimeout(resolve, noticeMs));
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs - noticeMs);
  // A kept-alive connection whose last answer is out would hold the stop up for the whole grace.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 100);
  await app.close();
  clearInterval(sweep);
  clearTimeout(timer);
}
