/**
 * `npm run loadtest -- NAME`: loads a gateway as callers do, over HTTP, and says what became of every request. Starts a gateway
 * of its own unless GATEWAY_URL names one.
 */
import { readOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { renderText } from "./report/text.ts";
import { verdictOf } from "./report/facts.ts";
import { writeReport } from "./report/write.ts";
import { runScenario } from "./run.ts";
import { isScenarioName, scenarios } from "./scenarios/index.ts";
import { scenarioNames } from "./scenarios/scenario.ts";

const usage = `npm run loadtest -- NAME [--duration 60s] [--rate N] [--samples DIR] [--out DIR] [--quick] [--seed N]

${scenarioNames.map((name) => `  ${name.padEnd(10)}${scenarios[name].summary}`).join("\n")}

  --duration T   of the load: 90, 90s, 10m, 1h
  --rate N       requests a second; with overload: the knee
  --samples DIR  images to send, with or without a labels.jsonl (default samples/garments)
  --out DIR      for NAME.html, NAME.json, NAME.txt and logs (default loadtest/results)
  --quick        short; shows that the scenario runs
  --seed N       of everything drawn at random (default 1)

GATEWAY_URL names a gateway to load in place of an own one, GATEWAY_KEY a key for it, SIMULATORS=ID=URL,… those of its backends
that are simulators, for chaos. Load only what is yours. docs/load-testing.md explains the scenarios.
Exit status: 0 passes; 1 a threshold missed, an invariant violated, or no run; 2 wrong usage.`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const wanted = readOptions(process.argv.slice(2));
    if (wanted === null) {
      console.log(usage);
      return 0;
    }
    const { name, options } = wanted;
    if (!isScenarioName(name)) throw new Refusal(`There is no scenario ${name}.`, 2);
    const { GATEWAY_URL, GATEWAY_KEY, SIMULATORS } = process.env;
    const run = await runScenario(name, options, {
      surroundings: { GATEWAY_URL, GATEWAY_KEY, SIMULATORS },
      say: (text) => console.error(text),
      interrupt: listenForInterrupts(),
    });
    console.log(renderText(run));
    console.log(`\nwrote ${writeReport(run).join(", ")}`);
    return verdictOf(run).passes ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.exitStatus === 2 ? `${error.message}\n\n${usage}` : error.message);
    return error.exitStatus;
  }
}

/** The first Ctrl-C ends the load and reports what there is; the second ends everything. */
function listenForInterrupts(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
