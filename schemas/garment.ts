import { Type } from "typebox";
import type { Static } from "typebox";

/** The nine fields in the order in which they are asked for and answered: decisive ones first. */
export const fieldNames = [
  "type",
  "color",
  "pattern",
  "neckline",
  "sleeve_length",
  "closure",
  "brand",
  "size",
  "defect_type",
] as const;

export type FieldName = (typeof fieldNames)[number];

/** Longest value of a field, in characters (code points). */
export const maxValueLength = 80;

const value = Type.Union([Type.String({ minLength: 1, maxLength: maxValueLength }), Type.Null()]);

/** What the gateway answers: exactly these nine keys, each a non-empty string or null. */
export const AttributesSchema = Type.Object(
  {
    type: value,
    color: value,
    pattern: value,
    neckline: value,
    sleeve_length: value,
    closure: value,
    brand: value,
    size: value,
    defect_type: value,
  },
  { additionalProperties: false },
);

export type Attributes = Static<typeof AttributesSchema>;

/** What a photo shows of the garment. */
export const viewNames = ["image", "front", "back", "tag", "detail"] as const;

export type ViewName = (typeof viewNames)[number];

/** Tiers from cheapest to most careful. */
export const tierNames = ["fast", "balanced", "accurate"] as const;

export type TierName = (typeof tierNames)[number];
