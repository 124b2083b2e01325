import { familyIds } from "../families/index.ts";
import { buildNames, createCard, faultKinds, faultParameters, isFaultKind, openSimulator } from "../simulator/index.ts";
import type { Fault, FaultKind, Simulator, SimulatorOptions } from "../simulator/index.ts";
import type { Command } from "./command.ts";
import { parseFlags } from "./flags.ts";

const defaultPort = 8001;

function describeFaults(): string {
  return (Object.keys(faultKinds) as FaultKind[])
    .map((kind) => {
      const numbers = Object.entries(faultParameters(kind)).map(([name, value]) => `${name}=${value}`);
      const suffix = numbers.length > 0 ? ` [${numbers.join(", ")}]` : "";
      return `  ${kind.padEnd(21)}${faultKinds[kind].describe}${suffix}`;
    })
    .join("\n");
}

const help = `simulate [--port N] [options]

Starts a stand-alone server that speaks vLLM's protocol: chat with guided JSON and log-probabilities, token counts,
metrics, queueing and batching. There is no model behind it: simple image analysis answers about garments, and the latency
is a calculated one. Model ids begin with "sim-" so that no answer can pass for a real one.

  --port N          port to listen on (default ${defaultPort}; 0 takes a free one)
  --host ADDRESS    default 127.0.0.1
  --model ID        served model name, must begin with sim- (default sim-FAMILY-BUILD)
  --family ID       ${familyIds.join(" | ")} (default qwen3-vl)
  --build NAME      ${buildNames.join(" | ")} (default fp8); given twice it starts one server each, on consecutive ports
  --share-card      these servers share one card and slow each other
  --seed N          default 1
  --speed X         1 as modelled (default), 2 twice as fast, 0 instant
  --api-key KEY     guards /v1 with this key, as vLLM's flag does; a test key, because every user here can read it
  --fault KIND[:RATE[:TIMES]]   plays a fault at this rate (default 1), at most TIMES times; repeatable

Faults can also be read and set while it runs, from the same machine, with seeds and parameters:
  curl -X PUT localhost:${defaultPort}/simulator/faults -d '{"faults":[{"kind":"stall","rate":0.1,"parameters":{"duration_ms":3000}}]}'

Fault kinds [parameters with their defaults]:
${describeFaults()}

Exit status: 0 stopped as asked, 1 failure, 2 wrong usage.`;

const flagOptions = {
  port: { type: "string" },
  host: { type: "string" },
  model: { type: "string" },
  family: { type: "string" },
  build: { type: "string", multiple: true },
  "share-card": { type: "boolean" },
  seed: { type: "string" },
  speed: { type: "string" },
  "api-key": { type: "string" },
  fault: { type: "string", multiple: true },
} as const;

/** A mistake in how the command was called. */
class UsageError extends Error {}

export const simulate: Command = async (args, { stop }) => {
  const flags = parseFlags(args, flagOptions, help);
  if ("exitStatus" in flags) return flags.exitStatus;
  let servers: SimulatorOptions[];
  let faults: Fault[];
  try {
    if (flags.positionals.length > 0) throw new UsageError(`unexpected ${flags.positionals.join(" ")}`);
    servers = readServers(flags.values);
    faults = (flags.values.fault ?? []).map(readFault);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\nsimulate --help explains every flag.`);
    return 2;
  }
  return run(servers, faults, stop);
};

async function run(servers: readonly SimulatorOptions[], faults: readonly Fault[], stop: AbortSignal): Promise<number> {
  const open: Simulator[] = [];
  try {
    for (const options of servers) {
      const simulator = await openSimulator(options);
      open.push(simulator);
      simulator.faults.set(faults);
      console.log(
        `Simulator, no real model behind it: ${options.modelId} (${options.family}, ${options.build}) on ${simulator.url}`,
      );
    }
    if (faults.length > 0) console.log(`Faults on: ${faults.map(({ kind, rate }) => `${kind} at ${rate}`).join(", ")}`);
    await new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      else stop.addEventListener("abort", () => resolve(), { once: true });
    });
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(code === "EADDRINUSE" ? `The port is in use: ${message}. Choose another with --port.` : message);
    return 1;
  } finally {
    await Promise.all(open.map((simulator) => simulator.close()));
  }
}

interface FlagValues {
  port?: string | undefined;
  host?: string | undefined;
  model?: string | undefined;
  family?: string | undefined;
  build?: string[] | undefined;
  "share-card"?: boolean | undefined;
  seed?: string | undefined;
  speed?: string | undefined;
  "api-key"?: string | undefined;
}

function readServers(values: FlagValues): SimulatorOptions[] {
  const family = oneOf("--family", values.family ?? "qwen3-vl", familyIds);
  const builds = (values.build ?? ["fp8"]).map((name) => oneOf("--build", name, buildNames));
  const port = readNumber("--port", values.port ?? String(defaultPort), 0, 65_535);
  const seed = readNumber("--seed", values.seed ?? "1", 0, 2 ** 32 - 1);
  const speed = Number(values.speed ?? "1");
  if (!(speed >= 0)) throw new UsageError(`--speed must be a number from 0 up, not ${values.speed}`);
  if (values.model !== undefined && !values.model.startsWith("sim-"))
    throw new UsageError(`--model must begin with sim-, not ${values.model}: a simulator must not pass for a model`);
  const card = values["share-card"] === true ? createCard() : undefined;
  return builds.map((build, i) => ({
    modelId: values.model ?? `sim-${family}-${build}`,
    family,
    build,
    seed,
    speed,
    host: values.host ?? "127.0.0.1",
    port: port === 0 ? 0 : port + i,
    apiKey: values["api-key"],
    card,
  }));
}

function readFault(text: string): Fault {
  const [kind, rate = "1", times] = text.split(":");
  if (!isFaultKind(kind)) throw new UsageError(`--fault ${kind}: no such fault; --help lists them`);
  if (!(Number(rate) >= 0 && Number(rate) <= 1)) throw new UsageError(`--fault ${text}: the rate must be within 0..1`);
  const fault: Fault = { kind, rate: Number(rate) };
  return times === undefined ? fault : { ...fault, times: readNumber(`--fault ${text}`, times, 1, 2 ** 31) };
}

function readNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new UsageError(`${flag} must be a whole number from ${min} to ${max}, not ${text}`);
  return value;
}

function oneOf<const T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw new UsageError(`${flag} must be one of ${allowed.join(", ")}, not ${value}`);
  return found;
}
