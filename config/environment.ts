import { parse } from "yaml";
import { isObject, merge } from "./merge.ts";
import type { Value } from "./merge.ts";

const prefix = "GATEWAY__";

interface EnvironmentSetting {
  variable: string;
  path: string[];
  value: Value;
}

/** What a schema says of the kind of a value, as far as reading a variable needs it. */
export interface SchemaNode {
  type?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
}

/**
 * Reads `GATEWAY__SERVER__PORT=8080` as `server.port: 8080`: a double underscore is a level, a number a place in a
 * list, and the text is read as YAML, so that lists and objects can be given too. Where the schema wants a text it is
 * taken as it is: a model may be called `8`.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  schema: SchemaNode,
): EnvironmentSetting[] {
  const settings: EnvironmentSetting[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || text === undefined) continue;
    const path = variable.slice(prefix.length).toLowerCase().split("__");
    settings.push({ variable, path, value: isText(schema, path) ? text : parseText(text) });
  }
  // A shorter path first, so that GATEWAY__IMAGE__QUALITY lies over GATEWAY__IMAGE whatever the order they came in.
  return settings.sort((a, b) => a.path.length - b.path.length || (a.variable < b.variable ? -1 : 1));
}

/** Puts one setting into the configuration; answers what is wrong with its path, or null. */
export function applySetting(root: Value, setting: EnvironmentSetting): string | null {
  let at: Value = root;
  for (const [depth, key] of setting.path.entries()) {
    const isLast = depth === setting.path.length - 1;
    const where = setting.path.slice(0, depth).join(".");
    if (key === "") return `${setting.variable}: has an empty level; write GATEWAY__SECTION__KEY`;
    if (Array.isArray(at)) {
      const index = Number(key);
      if (!Number.isInteger(index) || index < 0 || index >= at.length) {
        return `${setting.variable}: ${where} is a list of ${at.length}; ${key} is none of its places 0 to ${at.length - 1}`;
      }
      if (isLast) at[index] = merge(at[index] as Value, setting.value);
      else at = at[index] as Value;
    } else if (isObject(at)) {
      if (isLast) at[key] = merge(at[key] ?? null, setting.value);
      else {
        const below: Value | undefined = at[key];
        // A short form (a number for every view) gives way to the long one that the variable spells out.
        if (below === undefined || (!isObject(below) && !Array.isArray(below))) at[key] = {};
        at = at[key] as Value;
      }
    }
  }
  return null;
}

function isText(schema: SchemaNode, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  const options = [schema, ...(schema.anyOf ?? [])];
  if (key === undefined) return options.every((option) => option.type === "string");
  return options.some((option) => {
    const below = option.properties?.[key] ?? option.items;
    return below !== undefined && isText(below, rest);
  });
}

function parseText(text: string): Value {
  try {
    return (parse(text) as Value | undefined) ?? "";
  } catch {
    return text;
  }
}
