import { commands } from "./commands/index.ts";

/** For output that is still being written. */
const lingerMs = 2000;

const words = process.argv.slice(2);
const [name] = words;

function usage(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    "garment-gateway: garment photos in, nine validated attributes out",
    "",
    "npm run gateway -- COMMAND [options]        (in containers: node src/main.ts COMMAND)",
    "",
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    "COMMAND --help explains each.",
  ].join("\n");
}

async function run(entry: (typeof commands)[number]): Promise<number> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stop.abort());
  }
  const command = await entry.load();
  return command(words.slice(entry.name.split(" ").length), {
    stop: stop.signal,
    onHangUp: (listener) => void process.on("SIGHUP", listener),
  });
}

const entry = commands.find((candidate) => candidate.name.split(" ").every((word, at) => words[at] === word));
if (entry !== undefined) {
  process.exitCode = await run(entry);
  // A command that is over ends the process, whatever a server that hangs has left open.
  setTimeout(() => process.exit(), lingerMs).unref();
} else if (name === "--help" || name === "-h" || name === "help") {
  console.log(usage());
} else {
  console.error(`${name === undefined ? "no command given" : `unknown command ${name}`}\n\n${usage()}`);
  process.exitCode = 2;
}
