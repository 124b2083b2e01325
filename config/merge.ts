/** A value as YAML or JSON can hold it. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export function isObject(value: unknown): value is { [key: string]: Value } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Lays `over` on `base`: objects merge member by member, everything else (arrays too) replaces. */
export function merge(base: Value, over: Value): Value {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: { [key: string]: Value } = Object.assign(Object.create(null), base);
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = below === undefined ? value : merge(below, value);
  }
  return merged;
}
