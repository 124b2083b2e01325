import { fieldNames, maxValueLength, viewNames } from "../../schemas/index.ts";
import type { ChatPrompt, FieldName, PromptPart, ViewName } from "../../schemas/index.ts";
import { sha256 } from "../kernel/index.ts";
import type { AnswerFault } from "./answer.ts";

const system =
  "You read the attributes of garments from photos for an inventory. You answer with one JSON object and nothing else.";

/** What to look for in each field, with values in the spelling that the served models were trained to give. */
const fieldGuide: Readonly<Record<FieldName, string>> = {
  type: 'the kind of garment, such as "t-shirt", "jeans" or "dress"',
  color: 'its main color or colors, such as "navy blue"',
  pattern: 'such as "solid", "striped", "plaid", "floral" or "graphic print"',
  neckline: 'such as "crew neck", "v-neck" or "collared"',
  sleeve_length: 'such as "short sleeve", "long sleeve" or "sleeveless"',
  closure: 'such as "pullover", "buttons", "zipper" or "drawstring"',
  brand: "the maker as a logo, label or tag shows it",
  size: 'as a label or tag shows it, such as "M" or "32x34"',
  defect_type: 'visible damage and its place, such as "small hole on left shoulder"',
};

/** The schema in words: models answer better when the prompt says what the grammar will force. */
const instructions = [
  "The photos show one garment. Describe it as a JSON object with exactly these nine keys, in this order:",
  ...fieldNames.map((field) => `"${field}": ${fieldGuide[field]}`),
  `Each value is a short string of at most ${maxValueLength} characters, or null where it does not apply, cannot be seen or is not there.` +
    " Report only what the photos show: never guess a brand, a size or a defect.",
].join("\n");

/** A photo of an unspecified view has nothing to be called. */
const viewLabels: Readonly<Record<ViewName, string | null>> = {
  image: null,
  front: "Front:",
  back: "Back:",
  tag: "Tag:",
  detail: "Detail:",
};

const faultNotes: Readonly<Record<AnswerFault, string>> = {
  empty: "An earlier answer was empty.",
  not_json: "An earlier answer was not a JSON object.",
  truncated: "An earlier answer was too long and broke off.",
  invalid_fields: "An earlier answer lacked a valid value.",
};

/**
 * The prompt for one garment: the static text first and the images last, so that the backend's prefix cache holds
 * everything up to the first image. Several images are told apart by a label before each.
 *
 * @param views the views of the images, in the order of the images
 */
export function buildPrompt(views: readonly ViewName[]): ChatPrompt {
  const parts: PromptPart[] = [{ kind: "text", text: instructions }];
  for (const [index, view] of views.entries()) {
    const label = viewLabels[view];
    if (views.length > 1 && label !== null) parts.push({ kind: "text", text: label });
    parts.push({ kind: "image", index });
  }
  return { system, parts };
}

/**
 * The same prompt with a last text that says what was wrong and what is wanted now: all that stands before it, images
 * included, is then read from the backend's prefix cache. The earlier answer itself is not repeated, because a model
 * that sees its own garbage continues it.
 *
 * @param wanted the fields of the narrowed schema, or all nine
 */
export function buildReaskPrompt(
  views: readonly ViewName[],
  cause: AnswerFault,
  wanted: readonly FieldName[],
): ChatPrompt {
  const { parts } = buildPrompt(views);
  return { system, parts: [...parts, { kind: "text", text: reaskText(cause, wanted) }] };
}

function reaskText(cause: AnswerFault, wanted: readonly FieldName[]): string {
  const keys =
    wanted.length === fieldNames.length
      ? "all nine keys"
      : `only the ${wanted.length === 1 ? "key" : "keys"} ${wanted.map((field) => `"${field}"`).join(" and ")}`;
  return `${faultNotes[cause]} Answer again, briefly, with one JSON object with ${keys}.`;
}

/** Names every text of the prompts in cache keys and arms: it changes when any of them does. */
export const promptVersion = sha256(
  JSON.stringify([
    buildPrompt(viewNames),
    Object.keys(faultNotes).map((cause) => [
      reaskText(cause as AnswerFault, fieldNames),
      reaskText(cause as AnswerFault, ["type", "color"]),
      reaskText(cause as AnswerFault, ["type"]),
    ]),
  ]),
).slice(0, 16);
