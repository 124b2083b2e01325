import type { BackendEntry, ConfigFile } from "../schemas/index.ts";
import { isLoopbackHost } from "../src/kernel/index.ts";
import { show } from "./mistakes.ts";
import type { Mistake } from "./mistakes.ts";

/** Ids of the two simulated builds behind `backends: embedded`. */
const embeddedIds = ["blackwell-fp8", "blackwell-nvfp4"];

/** What a schema cannot say: references between keys, and combinations that would be unsafe. */
export function findContradictions(
  config: ConfigFile,
  isShadowNamed: boolean,
  isSound: (section: keyof ConfigFile) => boolean,
): Mistake[] {
  const both = (a: keyof ConfigFile, b: keyof ConfigFile): boolean => isSound(a) && isSound(b);
  return [
    ...(isSound("backends") ? checkBackends(config.backends) : []),
    ...(isSound("image") ? checkImageHosts(config) : []),
    ...(both("backends", "shadow") ? checkShadow(config, isShadowNamed) : []),
    ...(isSound("shadow") ? checkDecision(config.shadow.decision) : []),
    ...(isSound("auth") ? checkKeys(config.auth) : []),
    ...(both("auth", "server") ? checkExposure(config) : []),
  ];
}

function checkBackends(backends: ConfigFile["backends"]): Mistake[] {
  if (backends === "embedded") return [];
  const mistakes: Mistake[] = [];
  const seen = new Set<string>();
  for (const { id } of backends) {
    if (seen.has(id))
      mistakes.push({ path: `backends[${id}].id`, found: show(id), expected: "an id that no other backend has" });
    seen.add(id);
  }
  if (!backends.some((backend: BackendEntry) => backend.role !== "shadow")) {
    mistakes.push({
      path: "backends",
      found: "only backends with role shadow",
      expected: "at least one with role live",
    });
  }
  return mistakes;
}

function checkImageHosts({ image }: ConfigFile): Mistake[] {
  return image.urls.allow_hosts
    .filter((entry) => !isHost(entry.replace(/^\*\./, "")))
    .map((entry) => ({
      path: "image.urls.allow_hosts",
      found: show(entry),
      expected: "hosts such as images.example.com or *.example.com, without scheme, port or path",
    }));
}

function isHost(text: string): boolean {
  const url = URL.parse(`https://${text}`);
  return url !== null && url.href === `https://${url.hostname}/` && !text.includes("*");
}

function checkShadow({ backends, shadow }: ConfigFile, isShadowNamed: boolean): Mistake[] {
  if (!shadow.enabled || (backends !== "embedded" && !isShadowNamed)) return [];
  const known = backends === "embedded" ? embeddedIds : backends.map((backend) => backend.id);
  const mistakes: Mistake[] = [];
  for (const role of ["baseline", "candidate"] as const) {
    if (!known.includes(shadow[role])) {
      mistakes.push({
        path: `shadow.${role}`,
        found: show(shadow[role]),
        expected: `the id of a backend: ${known.join(", ")}`,
      });
    }
  }
  if (shadow.baseline === shadow.candidate) {
    mistakes.push({
      path: "shadow.candidate",
      found: show(shadow.candidate),
      expected: "another backend than the baseline",
    });
  }
  return mistakes;
}

/** A decision that needs more pairs than are ever looked at could not be made. */
function checkDecision({
  min_pairs: least,
  min_valued: valued,
  max_pairs: most,
}: ConfigFile["shadow"]["decision"]): Mistake[] {
  const needed: [string, number | undefined][] = [
    ["min_pairs", least],
    ...Object.entries(valued).map(([field, count]): [string, number | undefined] => [`min_valued.${field}`, count]),
  ];
  return needed
    .filter(([, count]) => count !== undefined && count > most)
    .map(([key, count]) => ({
      path: `shadow.decision.${key}`,
      found: show(count),
      expected: `at most shadow.decision.max_pairs, which is ${most}`,
    }));
}

function checkKeys(auth: ConfigFile["auth"]): Mistake[] {
  const mistakes: Mistake[] = [];
  if (auth.required && auth.keys.length === 0) {
    mistakes.push({ path: "auth.keys", found: "no keys", expected: "at least one key, because auth.required is true" });
  }
  const ids = auth.keys.map((key) => key.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) {
    mistakes.push({ path: `auth.keys[${id}].id`, found: show(id), expected: "an id that no other key has" });
  }
  return mistakes;
}

function checkExposure({ auth, server }: ConfigFile): Mistake[] {
  if (auth.required || auth.allow_open || isLoopbackHost(server.host)) return [];
  return [
    {
      path: "auth.required",
      found: `false with server.host ${show(server.host)}`,
      expected: "true, a loopback host, or auth.allow_open: true to serve everyone who can reach this address",
    },
  ];
}
