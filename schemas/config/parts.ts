import { Type } from "typebox";
import type { Static, TObject, TProperties, TSchema } from "typebox";
import type { viewNames } from "../garment.ts";
import { fieldNames } from "../garment.ts";

/** An object that knows all its members: an unknown key is a mistake, not a wish. */
export function section<P extends TProperties>(properties: P, description: string): TObject<P> {
  return Type.Object(properties, { additionalProperties: false, description });
}

/** A whole number between two limits, both included. */
export function integer(minimum: number, maximum: number, description: string) {
  return Type.Integer({ minimum, maximum, description });
}

/** A number in 0..1. */
export function fraction(description: string) {
  return Type.Number({ minimum: 0, maximum: 1, description });
}

/** One of a few words. */
export function oneOf<const T extends readonly string[]>(words: T, description: string) {
  return Type.Unsafe<T[number]>({ type: "string", enum: words, description });
}

/** An object with an optional member for each of the nine fields. */
export function perField<S extends TSchema>(schema: S, description: string, more: readonly string[] = []) {
  const names = [...more, ...fieldNames];
  return Type.Unsafe<Partial<Record<string, Static<S>>>>(
    Type.Object(Object.fromEntries(names.map((name) => [name, Type.Optional(schema)])), {
      additionalProperties: false,
      description,
    }),
  );
}

const tokens = integer(16, 16384, "vision tokens");

/** A budget of vision tokens: one number for every view, or some views with a number each. */
export function visionTokens(description: string) {
  return Type.Union(
    [
      tokens,
      section(
        {
          image: Type.Optional(tokens),
          front: Type.Optional(tokens),
          back: Type.Optional(tokens),
          tag: Type.Optional(tokens),
          detail: Type.Optional(tokens),
        } satisfies Record<(typeof viewNames)[number], unknown>,
        "a number for each view",
      ),
    ],
    { description },
  );
}

/** A secret is never written into a file: it is named, and read at the start. */
export function secretReference(description: string) {
  return Type.String({ pattern: "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$", description });
}

/** Ids appear in URLs, metrics and logs. */
export function id(description: string) {
  return Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description });
}
