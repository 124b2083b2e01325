import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { LineCounter, parseDocument } from "yaml";
import { ConfigSchema } from "../schemas/index.ts";
import type { Config, ConfigFile } from "../schemas/index.ts";
import { applySetting, readEnvironment } from "./environment.ts";
import type { SchemaNode } from "./environment.ts";
import { isObject, merge } from "./merge.ts";
import type { Value } from "./merge.ts";
import { ConfigError, explain } from "./mistakes.ts";
import type { Mistake } from "./mistakes.ts";
import { resolve } from "./resolve.ts";
import { findContradictions } from "./semantics.ts";

const defaultsFile = new URL("default.yaml", import.meta.url);

interface LoadOptions {
  /** A YAML file that is laid over config/default.yaml. */
  file?: string | undefined;
  /** Environment variables; the process's own where none are given. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the configuration: config/default.yaml, then the file, then the environment.
 * @throws ConfigError with every mistake at once, a line each
 */
export function loadConfig({ file, environment = process.env }: LoadOptions = {}): Config {
  const given = file === undefined ? {} : readYaml(file);
  const merged = merge(readYaml(defaultsFile), given);
  const settings = readEnvironment(environment, ConfigSchema as SchemaNode);
  const mistakes: Mistake[] = [];
  for (const setting of settings) {
    const problem = applySetting(merged, setting);
    if (problem !== null)
      mistakes.push({ path: setting.variable, found: problem, expected: "a path of the configuration" });
  }
  const validate = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(ConfigSchema);
  const misfits = validate(merged) ? [] : explain(validate.errors ?? [], merged);
  mistakes.push(...misfits);
  const broken = new Set(misfits.map(({ path }) => path.split(/[.[]/, 1)[0]));
  const isSound = (section: keyof ConfigFile): boolean => !broken.has(section) && !broken.has("(file)");
  // What the schema refuses is not looked at any further; the rest is, so that a person sees everything at once.
  const config = { ...soundDefaults(), ...pick(merged as unknown as ConfigFile, isSound) };

  const said = shadowSaid(given, settings);
  mistakes.push(...findContradictions(config, said === "wanted", isSound));
  const resolved = resolve(config, environment, mistakes);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  if (config.backends === "embedded" || said === "wanted") return resolved;
  const isSurprising = said === "nothing" && config.backends.length > 1;
  return {
    ...resolved,
    shadow: { ...config.shadow, enabled: false },
    notices: isSurprising ? [...resolved.notices, shadowOff] : resolved.notices,
  };
}

const shadowOff =
  "shadow evaluation is off: name shadow.baseline and shadow.candidate to compare two of these backends";

/**
 * What the file and the environment say of shadow evaluation. A fleet of one's own has no baseline and candidate until it
 * names them: the default ones are the simulator's. Any key of the section shows that it is wanted, so that a wrong
 * default name is a mistake and not a silent "off".
 */
function shadowSaid(given: Value, settings: ReturnType<typeof readEnvironment>): "nothing" | "off" | "wanted" {
  const inFile = isObject(given) ? given["shadow"] : undefined;
  const said: [string, Value][] = [
    ...(isObject(inFile) ? Object.entries(inFile) : []),
    ...settings
      .filter(({ path }) => path[0] === "shadow")
      .flatMap(({ path, value }): [string, Value][] =>
        path[1] !== undefined ? [[path[1], value]] : isObject(value) ? Object.entries(value) : [],
      ),
  ];
  if (said.length === 0) return "nothing";
  return said.every(([key, value]) => key === "enabled" && value === false) ? "off" : "wanted";
}

function soundDefaults(): ConfigFile {
  return readYaml(defaultsFile) as unknown as ConfigFile;
}

function pick(config: ConfigFile, isSound: (section: keyof ConfigFile) => boolean): Partial<ConfigFile> {
  return Object.fromEntries(Object.entries(config).filter(([section]) => isSound(section as keyof ConfigFile)));
}

function readYaml(file: string | URL): Value {
  const name = String(file);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : "a file that cannot be read";
    throw new ConfigError([{ path: name, found: reason, expected: "a YAML file" }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    // The first one only: those after it mostly follow from it.
    const [error] = document.errors as [(typeof document.errors)[number]];
    const line = lines.linePos(error.pos[0]).line;
    throw new ConfigError([
      { path: `${name}:${line}`, found: error.message.split(" at line")[0] ?? "a mistake", expected: "valid YAML" },
    ]);
  }
  // An empty file changes nothing.
  const value = (document.toJS({ maxAliasCount: 100 }) as Value | undefined) ?? {};
  if (!isObject(value))
    throw new ConfigError([{ path: name, found: "no section", expected: "keys such as server: or backends:" }]);
  return value;
}
