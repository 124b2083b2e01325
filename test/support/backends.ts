import type { BackendConfig } from "../../schemas/index.ts";
import { openBackend } from "../../src/backends/index.ts";
import type { Backend, BackendDeps, ChatCall, ChatOptions } from "../../src/backends/index.ts";
import { seededRandom } from "../../src/kernel/index.ts";
import { createInstruments } from "../../src/telemetry/index.ts";
import type { Instruments } from "../../src/telemetry/index.ts";
import { createManualClock } from "./manual-clock.ts";
import type { ManualClock } from "./manual-clock.ts";
import { activeResources, assertQuiet } from "./quiet.ts";
import { openStub } from "./stub-vllm.ts";
import type { StubVllm } from "./stub-vllm.ts";

/** A backend's configuration with good defaults. */
export function backendConfig(changes: Partial<BackendConfig> = {}): BackendConfig {
  return {
    id: "b1",
    url: "http://127.0.0.1:1",
    model: "m",
    family: "qwen3-vl",
    quantization: "fp8",
    role: "live",
    weight: 1,
    max_concurrency: 8,
    tiers: ["fast", "balanced", "accurate"],
    vision_tokens: {},
    card: null,
    api_key: null,
    ...changes,
  };
}

/** A chat call about one image under a schema of one field. */
export function chatCall(changes: Partial<ChatCall> = {}): ChatCall {
  return {
    prompt: {
      system: "sys",
      parts: [
        { kind: "text", text: "what is it" },
        { kind: "image", index: 0 },
      ],
    },
    images: [Buffer.from("not really a jpeg")],
    schema: { name: "garment", json: '{"type":"object","properties":{"type":{"type":"string"}},"required":["type"]}' },
    maxTokens: 64,
    wantLogprobs: true,
    work: { visionTokens: 300, textTokens: 200 },
    ...changes,
  };
}

/** Options of a call that nobody aborts; times run on a manual clock, so no limit passes by itself. */
export function chatOptions(changes: Partial<ChatOptions> = {}): ChatOptions {
  return { signal: new AbortController().signal, attemptTimeoutMs: 5000, ...changes };
}

export interface LogLine {
  level: string;
  fields: Record<string, unknown>;
  message: string;
}

/** What backends need, with a clock that the test moves, and everything that they logged. */
export function testDeps(): BackendDeps & { clock: ManualClock; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  return {
    clock: createManualClock(),
    random: seededRandom(1),
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    instruments: createInstruments(),
    lines,
  };
}

/** The value of one sample of the exposition, such as `backend_requests_total{backend="b1",outcome="ok"}`; 0 where absent. */
export async function sample(instruments: Instruments, name: string): Promise<number> {
  const { text } = await instruments.meter.expose();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`garment_gateway_${name} `));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(" ") + 1));
}

export interface BackendScene extends ReturnType<typeof testDeps> {
  stub: StubVllm;
  backend: Backend;
}

/**
 * Runs `play` with a stub server and one backend whose first handshake is over; closes both and insists that no call,
 * socket or timer is left. `prepare` may script the stub before the first handshake.
 */
export async function withBackend(
  play: (scene: BackendScene) => Promise<void>,
  changes: Partial<BackendConfig> = {},
  prepare: (stub: StubVllm) => void | Promise<void> = () => {},
): Promise<void> {
  const before = activeResources();
  const stub = await openStub();
  const deps = testDeps();
  await prepare(stub);
  const backend = openBackend(backendConfig({ url: stub.url, ...changes }), deps);
  try {
    await backend.onceSettled;
    await play({ stub, backend, ...deps });
  } finally {
    await backend.close();
    await stub.stop();
  }
  await assertQuiet(before, {
    inFlight: () => backend.inFlight,
    waiting: () => backend.waiting,
    openSockets: () => backend.openSockets,
    socketsOfTheStub: () => stub.openSockets,
    timers: () => deps.clock.pending,
  });
}
