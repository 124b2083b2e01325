import { samplePattern } from "./pattern-sample.ts";
import { readSchema, typesOf } from "./schema-node.ts";

/**
 * The form in which a guess of the eyes fits a field's schema, or undefined where it cannot be said under it: words meet
 * an enum's spelling, long strings are cut at maxLength (which is where a grammar would stop the model).
 */
export function fitGuess(value: string | null, schema: unknown, root: unknown): string | null | undefined {
  const node = readSchema(schema, root);
  for (const option of node.anyOf ?? node.oneOf ?? []) {
    const fitted = fitGuess(value, option, root);
    if (fitted !== undefined) return fitted;
  }
  if (node.anyOf !== undefined || node.oneOf !== undefined) return undefined;
  const words = "const" in node ? [node.const] : node.enum;
  if (words !== undefined) return words.find((word): word is string | null => sameWord(word, value));
  const types = typesOf(node);
  if (value === null) return types.length === 0 || types.includes("null") ? null : undefined;
  if (types.length > 0 && !types.includes("string")) return undefined;
  if (node.format !== undefined) return undefined;
  const chars = Array.from(value);
  const text = chars.length > (node.maxLength ?? Infinity) ? chars.slice(0, node.maxLength).join("").trimEnd() : value;
  if (Array.from(text).length < (node.minLength ?? 0)) return undefined;
  if (node.pattern !== undefined && (samplePattern(node.pattern) === undefined || !matches(node.pattern, text)))
    return undefined;
  return text;
}

function sameWord(word: unknown, value: string | null): boolean {
  if (typeof word !== "string" || value === null) return word === value;
  return plain(word) === plain(value);
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(pattern, "u").test(text);
}
