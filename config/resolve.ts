import { readFileSync } from "node:fs";
import type {
  BackendConfig,
  BackendEntry,
  Config,
  ConfigFile,
  EvaluationConfig,
  SemanticsServerConfig,
  VisionTokens,
} from "../schemas/index.ts";
import { tierNames, viewNames } from "../schemas/index.ts";
import type { Mistake } from "./mistakes.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Budget of a view that neither the file nor the defaults give. */
const fallbackVisionTokens = 768;

/** Writes short forms out, fills in the defaults of each backend and reads the secrets that the file names. */
export function resolve(file: ConfigFile, environment: Environment, mistakes: Mistake[]): Config {
  const deadline = file.routing.deadline_ms;
  return {
    ...file,
    image: { ...file.image, vision_tokens: everyView(file.image.vision_tokens) },
    backends:
      file.backends === "embedded"
        ? "embedded"
        : file.backends.map((entry) => resolveBackend(entry, environment, mistakes)),
    routing: {
      ...file.routing,
      deadline_ms:
        typeof deadline === "number"
          ? { interactive: deadline, bulk: deadline }
          : { interactive: deadline.interactive ?? 10_000, bulk: deadline.bulk ?? 60_000 },
    },
    evaluation: {
      aliases: file.evaluation.aliases,
      semantics: resolveSemantics(file.evaluation.semantics, environment, mistakes),
    },
    storage: { ...file.storage, url: readStorageUrl(file.storage.url, environment, mistakes) },
    auth: {
      ...file.auth,
      keys: file.auth.keys.map((key) => ({
        ...key,
        key: readSecret(key.key, `auth.keys[${key.id}].key`, environment, mistakes),
      })),
    },
    notices: [],
  };
}

function everyView(tokens: number | Partial<VisionTokens>): VisionTokens {
  const given = typeof tokens === "number" ? allViews(tokens) : tokens;
  return { ...allViews(fallbackVisionTokens), ...given };
}

function allViews(tokens: number): VisionTokens {
  return Object.fromEntries(viewNames.map((view) => [view, tokens])) as unknown as VisionTokens;
}

function resolveBackend(entry: BackendEntry, environment: Environment, mistakes: Mistake[]): BackendConfig {
  const { vision_tokens: tokens, api_key: secret, ...rest } = entry;
  return {
    family: "generic",
    quantization: "unknown",
    role: "live",
    weight: 1,
    max_concurrency: 64,
    card: null,
    tiers: tierNames,
    ...rest,
    url: entry.url.replace(/\/$/, ""),
    vision_tokens: typeof tokens === "number" ? allViews(tokens) : (tokens ?? {}),
    api_key: secret === undefined ? null : readSecret(secret, `backends[${entry.id}].api_key`, environment, mistakes),
  };
}

function resolveSemantics(
  { sbert, nli }: ConfigFile["evaluation"]["semantics"],
  environment: Environment,
  mistakes: Mistake[],
): EvaluationConfig["semantics"] {
  const filledIn = (entry: NonNullable<typeof sbert>, path: string): SemanticsServerConfig => ({
    model: "default",
    timeout_ms: 2000,
    max_concurrency: 4,
    max_batch: 32,
    ...entry,
    url: entry.url.replace(/\/$/, ""),
    api_key: entry.api_key === undefined ? null : readSecret(entry.api_key, `${path}.api_key`, environment, mistakes),
  });
  return {
    sbert: sbert === undefined ? null : filledIn(sbert, "evaluation.semantics.sbert"),
    nli: nli === undefined ? null : { contradiction_class: 2, ...nli, ...filledIn(nli, "evaluation.semantics.nli") },
  };
}

/** A URL that stands elsewhere is as secret as the password in it. */
function readStorageUrl(given: string, environment: Environment, mistakes: Mistake[]): string {
  if (!/^(env|file):/.test(given)) return given;
  const url = readSecret(given, "storage.url", environment, mistakes);
  if (url !== "" && !/^(sqlite:.|postgres(ql)?:\/\/.)/.test(url)) {
    mistakes.push({
      path: "storage.url",
      found: `a text that is not shown here in ${given}`,
      expected: "sqlite:PATH or postgres://…",
    });
  }
  return url;
}

/** Reads `env:NAME` or `file:PATH`. A missing secret is a mistake that names the reference, never a value. */
function readSecret(reference: string, path: string, environment: Environment, mistakes: Mistake[]): string {
  const name = reference.slice(reference.indexOf(":") + 1);
  const value = reference.startsWith("env:") ? environment[name] : readFile(name);
  if (value === undefined || value === "") {
    mistakes.push({
      path,
      found: reference.startsWith("env:") ? `no environment variable ${name}` : `no readable file ${name}`,
      expected: "a secret that is there and not empty",
    });
    return "";
  }
  return value;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
