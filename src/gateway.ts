import type { BackendConfig, Config } from "../schemas/index.ts";
import { openFleet } from "./backends/index.ts";
import type { Fleet } from "./backends/index.ts";
import { openEmbedded } from "./embedded.ts";
import type { Embedded } from "./embedded.ts";
import { openImages } from "./image/index.ts";
import { createInference } from "./inference/index.ts";
import type { Infer } from "./inference/index.ts";
import { systemClock } from "./kernel/index.ts";
import type { Clock, Random } from "./kernel/index.ts";
import { createInstruments, createLogger } from "./telemetry/index.ts";
import type { Instruments, Logger } from "./telemetry/index.ts";

/** The world's edge, replaceable in tests; the machine's own where nothing is given. */
export interface GatewayOverrides {
  clock?: Clock;
  random?: Random;
  log?: Logger;
}

/** Everything that serves, open and ready to be used by the routes. */
export interface Gateway {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly instruments: Instruments;
  readonly fleet: Fleet;
  readonly infer: Infer;
  /** The built-in simulator where `backends: embedded`, else null. */
  readonly embedded: Embedded | null;
  /** Says that no real model is behind this gateway, where that is so; else empty. */
  readonly simulationNotice: string;
  readonly startedAtSeconds: number;
  /** Why requests cannot be served now, or null. */
  whyNotReady(): string | null;
  close(): Promise<void>;
}

/** Opens all parts of a gateway, in the order in which they need each other; the composition root. */
export async function openGateway(config: Config, overrides: GatewayOverrides = {}): Promise<Gateway> {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? Math.random;
  const log = overrides.log ?? createLogger(config.log.level);
  const instruments = createInstruments();
  instruments.meter.addProcessMetrics();

  const embedded = config.backends === "embedded" ? await openEmbedded() : null;
  const backends = (embedded?.backends ?? config.backends) as readonly BackendConfig[];
  const images = openImages({
    maxBytes: config.image.max_bytes,
    maxPixels: config.image.max_pixels,
    quality: config.image.quality,
    observe: {
      uploaded(_format, bytes) {
        instruments.imageBytes.labels({ stage: "uploaded" }).observe(bytes);
      },
      prepared(format, durationMs, sentBytes, visionTokens) {
        instruments.imagePrepare.labels({ format }).observe(durationMs / 1000);
        instruments.imageBytes.labels({ stage: "sent" }).observe(sentBytes);
        instruments.imageVisionTokens.observe(visionTokens);
      },
    },
  });
  const fleet = openFleet(backends, { clock, random, log, instruments });
  const infer = createInference({ config, images, fleet, instruments, clock });

  return {
    config,
    clock,
    log,
    instruments,
    fleet,
    infer,
    embedded,
    simulationNotice: simulationNotice(backends),
    startedAtSeconds: Math.floor(clock.wall() / 1000),
    whyNotReady: () => (fleet.isReady() ? null : "no backend has passed its handshake, or none is usable now"),
    async close() {
      await fleet.close();
      await images.close();
      await embedded?.close();
    },
  };
}

function simulationNotice(backends: readonly BackendConfig[]): string {
  const simulated = backends.filter((backend) => backend.model.startsWith("sim-"));
  if (simulated.length === 0) return "";
  return simulated.length === backends.length
    ? "Every backend is the built-in simulator: no real model is behind this gateway."
    : `${simulated.map((backend) => backend.id).join(", ")}: the built-in simulator, no real model.`;
}
