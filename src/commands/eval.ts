import { writeFileSync } from "node:fs";
import { loadMetricDefinitions } from "../../config/index.ts";
import { createCanonicaliser } from "../attributes/index.ts";
import { createScorer } from "../scoring/index.ts";
import type { Command } from "./command.ts";
import { parseFlags } from "./flags.ts";
import { readSecret } from "./eval/key.ts";
import { askAll } from "./eval/protocol.ts";
import { renderReport, summarise } from "./eval/report.ts";
import { readSamples } from "./eval/samples.ts";

const defaultGateway = "http://127.0.0.1:8080";
const defaultConcurrency = 8;
const maxConcurrency = 256;

const help = `eval --samples DIR [--gateway URL] [--concurrency ${defaultConcurrency}] [--model ID] [--key-file FILE] [--json FILE]

The offline protocol: sends every sample of a folder once to a running gateway, ${defaultConcurrency} at a time, and scores the answers
against the labels: fields, weighted score, structured match, quality, JSON rate, latency, samples a second. A request that
fails scores 0. The answer cache is passed by.

DIR holds labels.jsonl with a line for each sample: { "image": "relative/path.jpg", "labels": { "type": "t-shirt", "brand": null } }

  --gateway URL     default ${defaultGateway}
  --concurrency N   callers at once (1 to ${maxConcurrency})
  --model ID        a model or a backend of GET /v1/models; without it the gateway chooses
  --key-file FILE   holds an API key, where the gateway wants one
  --json FILE       writes every sample with its answer and scores, and the summary

Try it, beside a running npm start:  npm run gateway -- eval --samples samples/garments --model blackwell-fp8

Exit status: 0 every sample was answered, 1 some failed or the gateway cannot be reached, 2 wrong usage.`;

const flagOptions = {
  samples: { type: "string" },
  gateway: { type: "string", default: defaultGateway },
  concurrency: { type: "string", default: String(defaultConcurrency) },
  model: { type: "string" },
  "key-file": { type: "string" },
  json: { type: "string" },
} as const;

/** `eval`: a build's numbers on a labelled folder, without any store. */
export const evaluate: Command = async (args, { stop }) => {
  const flags = parseFlags(args, flagOptions, help);
  if ("exitStatus" in flags) return flags.exitStatus;
  const { samples: folder, gateway, concurrency, model, "key-file": keyFile, json } = flags.values;
  const callers = Number(concurrency);
  const url = URL.parse(gateway);
  const mistake =
    folder === undefined
      ? "Name a folder of samples with --samples."
      : flags.positionals.length > 0
        ? `unexpected ${flags.positionals.join(" ")}`
        : url === null || !/^https?:$/.test(url.protocol)
          ? `--gateway must be a URL such as ${defaultGateway}, not ${gateway}`
          : Number.isInteger(callers) && callers >= 1 && callers <= maxConcurrency
            ? null
            : `--concurrency must be a whole number from 1 to ${maxConcurrency}, not ${concurrency}`;
  if (folder === undefined || mistake !== null) {
    console.error(`${mistake}\n\neval --help explains how to call it.`);
    return 2;
  }
  try {
    const found = readSamples(folder);
    const key = keyFile === undefined ? null : readSecret(keyFile);
    const target = { url: gateway.replace(/\/$/, ""), model: model ?? null, key };
    const run = await askAll(found, target, { callers, stop, progress: process.stderr });
    const scorer = createScorer({ canonicaliser: createCanonicaliser(), definitions: loadMetricDefinitions() });
    const summary = summarise(run, scorer);
    console.log(renderReport(summary, target));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(summary, null, 1)}\n`);
    if (stop.aborted) console.error("Stopped before the end: the figures are of what was answered until then.");
    return summary.failed === 0 && !stop.aborted ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
};
