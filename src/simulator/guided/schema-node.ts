/** The part of JSON Schema that the generator reads. Everything else is ignored, as xgrammar ignores it. */
export interface SchemaNode {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: unknown[];
  oneOf?: unknown[];
  allOf?: unknown[];
  properties?: Record<string, unknown>;
  required?: string[];
  additionalProperties?: unknown;
  items?: unknown;
  prefixItems?: unknown[];
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** A schema for which no grammar can be made. */
export class UnusableSchema extends Error {}

const maxReferences = 32;

/** Follows local references and folds allOf into its siblings. `true` reads as `{}`; `false` allows nothing. */
export function readSchema(schema: unknown, root: unknown): SchemaNode {
  let node = asNode(schema);
  for (let hops = 0; node.$ref !== undefined; hops++) {
    if (hops === maxReferences) throw new UnusableSchema(`Cannot resolve $ref ${node.$ref}: it never ends.`);
    const { $ref, ...siblings } = node;
    node = { ...asNode(lookUp($ref, root)), ...siblings };
  }
  if (node.allOf === undefined) return node;
  const { allOf, ...own } = node;
  return allOf.map((part) => readSchema(part, root)).reduce(merge, own);
}

/** The types a node allows, `[]` where it does not say. */
export function typesOf(node: SchemaNode): string[] {
  if (node.type === undefined) {
    if (node.properties !== undefined) return ["object"];
    if (node.items !== undefined || node.prefixItems !== undefined) return ["array"];
    return [];
  }
  return Array.isArray(node.type) ? node.type : [node.type];
}

function asNode(schema: unknown): SchemaNode {
  if (schema === true || schema === undefined) return {};
  if (schema === null || typeof schema !== "object" || Array.isArray(schema))
    throw new UnusableSchema("A schema must be an object or true.");
  return schema;
}

function lookUp(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#")) throw new UnusableSchema(`Cannot resolve $ref ${reference}: only local references.`);
  let target: unknown = root;
  for (const step of decodeURIComponent(reference.slice(1)).split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    target = target !== null && typeof target === "object" ? (target as Record<string, unknown>)[key] : undefined;
  }
  if (target === undefined) throw new UnusableSchema(`Cannot resolve $ref ${reference}.`);
  return target;
}

function merge(a: SchemaNode, b: SchemaNode): SchemaNode {
  const merged: SchemaNode = { ...a, ...b };
  if (a.properties && b.properties) merged.properties = { ...a.properties, ...b.properties };
  if (a.required && b.required) merged.required = [...new Set([...a.required, ...b.required])];
  return merged;
}
