import { fieldNames } from "../../../schemas/index.ts";
import type { FieldName } from "../../../schemas/index.ts";
import type { Impression, Sighting } from "../sighting.ts";
import { forced, literal } from "./answer-node.ts";
import type { AnswerNode, ScalarGuess } from "./answer-node.ts";
import { fitGuess } from "./fit-guess.ts";
import { numberWithin, textWithin } from "./generate-scalar.ts";
import { UnusableSchema, readSchema, typesOf } from "./schema-node.ts";
import type { SchemaNode } from "./schema-node.ts";

/** Nested deeper than this, a schema is refused: a recursive one would never end. */
const maxDepth = 16;
/** From this depth on optional members are left out, so that recursion through them ends. */
const optionalDepth = 3;
/** How sure the model is of a word that it had to make up. */
const madeUpProbability = 0.3;

interface Scope {
  root: unknown;
  sighting: Sighting | null;
  depth: number;
}

/**
 * An answer that a JSON schema allows: members in the schema's order, fields of a garment as the eyes saw them, anything
 * else the smallest plain value. Throws UnusableSchema where no such answer can be made.
 */
export function generate(schema: unknown, sighting: Sighting | null): AnswerNode {
  return generateNode(schema, { root: schema, sighting, depth: 0 });
}

function generateNode(schema: unknown, scope: Scope): AnswerNode {
  if (scope.depth > maxDepth) throw new UnusableSchema("The schema is nested too deeply.");
  const node = readSchema(schema, scope.root);
  if ("const" in node) return literal(node.const);
  if (node.enum !== undefined) {
    if (node.enum.length === 0) throw new UnusableSchema("An enum must not be empty.");
    return literal(node.enum[0]);
  }
  const options = node.anyOf ?? node.oneOf;
  if (options !== undefined) return firstUsable(options, node, scope);
  const types = typesOf(node);
  return generateType(types.find((type) => type !== "null") ?? types[0] ?? "string", node, scope);
}

function firstUsable(options: readonly unknown[], node: SchemaNode, scope: Scope): AnswerNode {
  const { anyOf: _any, oneOf: _one, ...siblings } = node;
  let refusal: unknown;
  for (const option of options) {
    try {
      return generateNode({ ...siblings, ...readSchema(option, scope.root) }, { ...scope, depth: scope.depth + 1 });
    } catch (error) {
      if (!(error instanceof UnusableSchema)) throw error;
      refusal = error;
    }
  }
  throw refusal instanceof Error ? refusal : new UnusableSchema("anyOf must not be empty.");
}

function generateType(type: string, node: SchemaNode, scope: Scope): AnswerNode {
  const inner = { ...scope, depth: scope.depth + 1 };
  switch (type) {
    case "object":
      return generateObject(node, inner);
    case "array":
      return { kind: "array", items: generateItems(node, inner) };
    case "string":
      return { kind: "scalar", value: textWithin(node), probability: madeUpProbability, alternatives: [] };
    case "integer":
    case "number":
      return { kind: "scalar", value: numberWithin(node, type), probability: madeUpProbability, alternatives: [] };
    case "boolean":
      return { kind: "scalar", value: false, probability: 0.6, alternatives: [] };
    case "null":
      return forced(null);
    default:
      throw new UnusableSchema(`Unsupported type ${type}.`);
  }
}

function generateObject(node: SchemaNode, scope: Scope): AnswerNode {
  const properties = node.properties ?? {};
  const required = new Set(node.required ?? []);
  const members: [string, AnswerNode][] = [];
  for (const [key, schema] of Object.entries(properties)) {
    if (!required.has(key) && scope.depth > optionalDepth) continue;
    members.push([key, generateMember(key, schema, scope)]);
    required.delete(key);
  }
  for (const key of required) {
    const schema = node.additionalProperties;
    if (schema === false) throw new UnusableSchema(`Required property ${key} is not allowed.`);
    members.push([key, generateMember(key, schema ?? { type: "string" }, scope)]);
  }
  return { kind: "object", members };
}

function generateMember(key: string, schema: unknown, scope: Scope): AnswerNode {
  const impression = isFieldName(key) ? scope.sighting?.[key] : undefined;
  const seen = impression === undefined ? undefined : sayImpression(impression, schema, scope.root);
  return seen ?? generateNode(schema, scope);
}

/** The likeliest guess that the schema lets through; what it forbids leaves its share to the rest, as a mask does. */
function sayImpression(impression: Impression, schema: unknown, root: unknown): AnswerNode | undefined {
  const guesses: ScalarGuess[] = [];
  let masked = 0;
  for (const guess of [impression, ...impression.alternatives]) {
    const value = fitGuess(guess.value, schema, root);
    const same = guesses.find((other) => other.value === value);
    if (value === undefined) masked += guess.probability;
    else if (same === undefined) guesses.push({ value, probability: guess.probability });
    else same.probability += guess.probability;
  }
  const [best, ...alternatives] = guesses.sort((a, b) => b.probability - a.probability);
  if (best === undefined) return undefined;
  const left = Math.max(1e-9, 1 - masked);
  const share = (guess: ScalarGuess) => ({ ...guess, probability: Math.min(1 - 1e-9, guess.probability / left) });
  return { kind: "scalar", ...share(best), alternatives: alternatives.map(share) };
}

function generateItems(node: SchemaNode, scope: Scope): AnswerNode[] {
  const prefix = node.prefixItems ?? [];
  const count = Math.max(node.minItems ?? 0, prefix.length);
  if (count > 1000) throw new UnusableSchema("minItems is too large.");
  return Array.from({ length: count }, (_, i) => generateNode(prefix[i] ?? node.items, scope));
}

function isFieldName(key: string): key is FieldName {
  return (fieldNames as readonly string[]).includes(key);
}
