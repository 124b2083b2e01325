import { fieldNames } from "../../schemas/index.ts";
import type { FieldName } from "../../schemas/index.ts";
import type { Canonicalise } from "./canonicalise.ts";
import { requestInvalid } from "./errors.ts";

/** One condition that a scored row must meet. */
export type Slice =
  | { by: "field"; field: FieldName; value: string | null }
  | { by: "metadata"; key: string; value: string }
  | { by: "design"; value: string }
  | { by: "backend"; value: string }
  | { by: "source"; value: string };

/** Something that rows are told apart by. */
export type Dimension =
  | { by: "field"; field: FieldName }
  | { by: "metadata"; key: string }
  | { by: "design" }
  | { by: "backend" };

const designNames = ["audit", "review", "import"] as const;

const sliceForms =
  "FIELD:value with one of the nine fields (FIELD:null for garments labelled as without), metadata.KEY:value, design:audit, design:review, design:import, backend:ID or source:NAME";
const dimensionForms = "one of the nine fields, metadata.KEY, design or backend";

const fields: readonly string[] = fieldNames;

/** Reads conditions such as `type:dress`; all of them must hold. @throws GatewayError request_invalid, naming the forms */
export function parseSlices(texts: readonly string[], canonicalise: Canonicalise): Slice[] {
  return texts.map((text) => parseSlice(text, canonicalise));
}

function parseSlice(text: string, canonicalise: Canonicalise): Slice {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(0, colon));
  const value = text.slice(colon + 1);
  if (value !== "") {
    if (isField(name)) return { by: "field", field: name, value: canonicalise(name, value === "null" ? null : value) };
    const key = metadataKey(name);
    if (key !== null) return { by: "metadata", key, value };
    if (name === "design" && designNames.some((design) => design === value)) return { by: name, value };
    if (name === "backend" || name === "source") return { by: name, value };
  }
  throw requestInvalid(`A slice is ${sliceForms}. Give \`slice\` several times to combine them.`, {
    errors: [{ path: "slice", message: `${JSON.stringify(text.slice(0, 80))} is none of: ${sliceForms}` }],
  });
}

/** Reads what rows are to be grouped by. @throws GatewayError request_invalid, naming the forms */
export function parseDimension(text: string): Dimension {
  if (isField(text)) return { by: "field", field: text };
  const key = metadataKey(text);
  if (key !== null) return { by: "metadata", key };
  if (text === "design" || text === "backend") return { by: text };
  throw requestInvalid(`Group by ${dimensionForms}.`, {
    errors: [{ path: "by", message: `${JSON.stringify(text.slice(0, 80))} is none of: ${dimensionForms}` }],
  });
}

function isField(name: string): name is FieldName {
  return fields.includes(name);
}

function metadataKey(name: string): string | null {
  return name.startsWith("metadata.") && name.length > "metadata.".length ? name.slice("metadata.".length) : null;
}

/** What conditions and dimensions look at; JSON texts, or null where a row has none. */
export interface SliceFacts {
  truth: string | null;
  metadata: string | null;
  design: string;
  backend: string;
}

/** Whether a row meets every condition; `source` is the query's business. */
export function meets(slices: readonly Slice[], facts: SliceFacts, canonicalise: Canonicalise): boolean {
  return slices.every((slice) => {
    switch (slice.by) {
      case "field": {
        const value = valueOf({ by: "field", field: slice.field }, facts, canonicalise);
        return value !== undefined && value === slice.value;
      }
      case "metadata":
        return valueOf({ by: "metadata", key: slice.key }, facts, canonicalise) === slice.value;
      case "design":
        return facts.design === slice.value;
      case "backend":
        return facts.backend === slice.value;
      case "source":
        return true;
    }
  });
}

/** A row's value in a dimension: null where it is labelled as absent, undefined where nothing is known. */
export function valueOf(
  dimension: Dimension,
  facts: SliceFacts,
  canonicalise: Canonicalise,
): string | null | undefined {
  switch (dimension.by) {
    case "field": {
      const value = memberOf(facts.truth, dimension.field);
      if (value === undefined) return undefined;
      return canonicalise(dimension.field, typeof value === "string" ? value : null);
    }
    case "metadata": {
      const value = memberOf(facts.metadata, dimension.key);
      if (value === undefined || value === null) return undefined;
      return typeof value === "string" ? value : JSON.stringify(value);
    }
    case "design":
      return facts.design;
    case "backend":
      return facts.backend;
  }
}

function memberOf(json: string | null, key: string): unknown {
  if (json === null) return undefined;
  const value = JSON.parse(json) as Record<string, unknown> | null;
  return value !== null && Object.hasOwn(value, key) ? value[key] : undefined;
}
