/** Marks a Python tuple, which `loc` of a pydantic error is. */
export class Tuple {
  readonly items: readonly (string | number)[];
  constructor(items: readonly (string | number)[]) {
    this.items = items;
  }
}

/** A JSON value the way Python prints it: vLLM puts this into the message of a validation error. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object") return JSON.stringify(value);
  if (value instanceof Tuple)
    return `(${value.items.map(pythonRepr).join(", ")}${value.items.length === 1 ? "," : ""})`;
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, member]) => `${quote(key)}: ${pythonRepr(member)}`)
    .join(", ")}}`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}
