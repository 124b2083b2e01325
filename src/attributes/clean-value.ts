import { maxValueLength } from "../../schemas/index.ts";
import { isNullForm } from "./null-forms.ts";

/** A field's value as it is kept and answered, or the reason why the raw value is none. */
export type CleanedValue = { ok: true; value: string | null } | { ok: false; reason: string };

/**
 * Cleans one field's raw value, from a model's answer or from a label: trims it, turns spellings of nothing into null
 * and a number into its text. It never canonicalises: "T-Shirt" and "tee" stay what they are.
 *
 * Not ok: booleans, arrays, objects, numbers that are not finite, more than 80 characters (code points) after trimming,
 * and text with an unpaired surrogate, which no store could keep.
 */
export function cleanValue(raw: unknown): CleanedValue {
  if (raw === null) return { ok: true, value: null };
  if (typeof raw === "number" && Number.isFinite(raw)) return { ok: true, value: String(raw) };
  if (typeof raw !== "string") return { ok: false, reason: "must be a string or null" };
  const text = withoutControls(trim(raw));
  if (isNullForm(text)) return { ok: true, value: null };
  if (!isAtMost(text, maxValueLength)) {
    return { ok: false, reason: `must be at most ${maxValueLength} characters long` };
  }
  if (!text.isWellFormed()) return { ok: false, reason: "must not hold half a character (an unpaired surrogate)" };
  return { ok: true, value: text };
}

/**
 * Also trims control and zero-width characters, which `String.trim` leaves. By hand, because a pattern anchored at the
 * end takes quadratic time on a value that is one long run of spaces.
 */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(unit: number): boolean {
  if (unit <= 0x20) return true;
  if (unit < 0x7f) return false;
  return (
    unit <= 0xa0 || // DEL, C1 controls, no-break space
    unit === 0xad || // soft hyphen
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200f) || // typographic spaces, zero-width and direction marks
    (unit >= 0x2028 && unit <= 0x202f) || // line and paragraph separators, direction marks, narrow space
    (unit >= 0x205f && unit <= 0x2064) || // mathematical space, word joiner, invisible operators
    unit === 0x3000 ||
    unit === 0xfeff
  );
}

/** A line break or another control inside a value separates words at most. */
function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

/** Counts code points, and no more of them than needed. */
function isAtMost(text: string, limit: number): boolean {
  if (text.length <= limit) return true;
  if (text.length > 2 * limit) return false;
  return Array.from(text).length <= limit;
}
