import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import test from "node:test";

/** Which rooms a room may import; docs/architecture.md shows the same table. `type` rooms may be imported as types only. */
const mayImport: Record<string, { values: string[]; types?: string[] | "all" }> = {
  kernel: { values: [] },
  schemas: { values: [] },
  families: { values: ["kernel", "schemas"] },
  attributes: { values: ["kernel", "schemas"] },
  config: { values: ["schemas", "kernel"] },
  telemetry: { values: ["kernel"] },
  net: { values: ["kernel", "telemetry", "schemas"] },
  storage: { values: ["kernel", "schemas", "telemetry"] },
  image: { values: ["kernel", "schemas", "telemetry", "families"] },
  extraction: { values: ["kernel", "schemas", "families", "attributes"] },
  scoring: { values: ["kernel", "schemas", "attributes"] },
  semantics: { values: ["kernel", "net"] },
  routing: { values: ["kernel"] },
  backends: { values: ["kernel", "schemas", "telemetry", "net", "families"] },
  cache: { values: ["kernel", "schemas", "telemetry", "storage"] },
  limits: { values: ["kernel", "schemas", "telemetry", "storage"] },
  inference: {
    values: [
      "image",
      "extraction",
      "routing",
      "backends",
      "cache",
      "families",
      "attributes",
      "telemetry",
      "kernel",
      "schemas",
    ],
  },
  statistics: { values: ["kernel", "schemas", "attributes"] },
  labels: { values: ["kernel", "schemas", "attributes", "storage", "telemetry"] },
  predictions: { values: ["kernel", "schemas", "storage", "telemetry"] },
  shadow: { values: ["kernel", "schemas", "storage", "telemetry", "predictions"] },
  evaluation: {
    values: [
      "kernel",
      "schemas",
      "attributes",
      "storage",
      "telemetry",
      "scoring",
      "statistics",
      "semantics",
      "labels",
      "predictions",
    ],
  },
  simulator: { values: ["kernel", "schemas", "families", "image", "telemetry"] },
  http: { values: ["telemetry", "limits", "kernel", "schemas"], types: "all" },
  routes: { values: ["telemetry", "limits", "kernel", "schemas"], types: "all" },
};

/** One vendor, one room. */
const vendorRooms: Record<string, string[]> = {
  sharp: ["image"],
  "libheif-js": ["image"],
  undici: ["net"],
  opossum: ["backends"],
  "prom-client": ["telemetry"],
  pino: ["telemetry"],
  fastify: ["http", "routes", "app.ts", "simulator"],
  "node:sqlite": ["storage"],
  kysely: ["storage"],
  pg: ["storage"],
};

interface Import {
  file: string;
  room: string;
  specifier: string;
  isTypeOnly: boolean;
}

const files = globSync(["src/**/*.ts", "routes/**/*.ts", "schemas/**/*.ts", "config/**/*.ts"]).map((file) =>
  file.replaceAll("\\", "/"),
);

function roomOf(file: string): string {
  const parts = file.split("/");
  return parts[0] === "src" ? (parts[1] as string) : (parts[0] as string);
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^"';]*?from\s+)?["']([^"']+)["']/gm);
  return [...found].map((match) => ({
    file,
    room: roomOf(file),
    specifier: match[2] as string,
    isTypeOnly: match[1] !== undefined,
  }));
}

const imports = files.flatMap(importsOf);

test("a room imports only the rooms it may, and only through their doors", () => {
  const broken: string[] = [];
  for (const { file, room, specifier, isTypeOnly } of imports) {
    if (!specifier.startsWith(".")) continue;
    const target = normalize(join(dirname(file), specifier)).replaceAll("\\", "/");
    const targetRoom = roomOf(target);
    const rule = mayImport[room];
    // gateway.ts, app.ts, main.ts, embedded.ts, version.ts and commands may import everything; a room's own files are free.
    if (rule === undefined || targetRoom === room) continue;
    const isAllowed =
      rule.values.includes(targetRoom) || (isTypeOnly && (rule.types === "all" || rule.types?.includes(targetRoom)));
    const isComposition = targetRoom === "app.ts" || targetRoom === "gateway.ts";
    if (!isAllowed && !(isComposition && isTypeOnly && (room === "http" || room === "routes"))) {
      broken.push(`${file} imports ${targetRoom}, which ${room} may not`);
    } else if (!target.endsWith("/index.ts") && !isComposition) {
      broken.push(`${file} imports ${target} past the door of ${targetRoom}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("each vendor is known to its own rooms only", () => {
  const broken = imports
    .filter(({ specifier, room }) => vendorRooms[specifier] !== undefined && !vendorRooms[specifier].includes(room))
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
  assert.deepEqual(broken, []);
});

test("routes and commands are imported by the composition only", () => {
  const broken = imports
    .filter(
      ({ specifier, file }) =>
        specifier.startsWith(".") && /\/(routes|commands)\//.test(join(dirname(file), specifier)),
    )
    .filter(({ file }) => !/^(routes|src\/commands)\/|^src\/(app|main)\.ts$/.test(file))
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
  assert.deepEqual(broken, []);
});

test("the environment is read in one place", () => {
  const readers = files.filter((file) => /process\.env\b/.test(readFileSync(file, "utf8")));
  assert.deepEqual(readers, ["config/load.ts"]);
});

test("every room has a door that says what the room knows and what it refuses to know", () => {
  const rooms = new Set(
    files
      .filter((file) => Object.hasOwn(mayImport, roomOf(file)))
      .map((file) => (file.startsWith("src/") ? `src/${roomOf(file)}` : roomOf(file))),
  );
  for (const room of rooms) {
    const door = readFileSync(`${room}/index.ts`, "utf8");
    assert.match(door, /^\/\*\*\n( \*.*\n){1,8}? \*\//, `${room}/index.ts starts with its header`);
  }
});

test("the table in docs/architecture.md is the one that is enforced", () => {
  const page = readFileSync("docs/architecture.md", "utf8");
  for (const [room, { values }] of Object.entries(mayImport)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${room}\` |`));
    assert.ok(row, `docs/architecture.md has a row for ${room}`);
    const listed = [...(row.split("|")[2] ?? "").matchAll(/`([a-z]+)`/g)].map((match) => match[1]);
    assert.deepEqual(new Set(listed), new Set(values), `docs/architecture.md, row ${room}`);
  }
});
