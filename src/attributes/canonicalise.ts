import { fieldNames } from "../../schemas/index.ts";
import type { FieldName, FieldVocabulary } from "../../schemas/index.ts";
import { stableHash } from "../kernel/index.ts";
import { createBoundedMemo } from "./bounded-memo.ts";
import { foldText, joinWords, plainText } from "./fold-text.ts";
import { isNullForm } from "./null-forms.ts";
import { normaliseSize } from "./size.ts";
import { validateVocabulary } from "./vocabulary.ts";

/** Other names of values, by field, as the owner configures them: they win over the shipped vocabulary. */
export type Aliases = Partial<Record<string, Readonly<Record<string, string>>>>;

/** Turns values into forms that are equal exactly where the values mean the same. */
export interface Canonicaliser {
  /**
   * The form for equality: null for nothing and for every spelling of it, the vocabulary's name for what the vocabulary
   * knows, else the value's letters and digits without case, accents, punctuation and spaces.
   */
  canonicalise(field: FieldName, value: string | null): string | null;
  /** The same value for text metrics and people: the vocabulary's name, else the value's own words, folded. */
  phrase(field: FieldName, value: string | null): string | null;
  /** Changes with any change of the vocabulary, shipped or configured. */
  readonly vocabularyVersion: string;
}

/** Changes when the code around the vocabulary folds differently; part of `vocabularyVersion`. */
const foldingVersion = 1;

/** Names of distinct values that are kept for each field; few fields have that many in a day. */
const memoEntries = 4000;

/** Longer texts are no values of a field; they are folded each time rather than kept. */
const longestKept = 80;

/**
 * Creates a canonicaliser from the shipped vocabulary with the owner's aliases over it. It keeps what it has folded,
 * within bounds.
 * @throws Error where the vocabulary is no vocabulary
 */
export function createCanonicaliser(aliases: Aliases = {}): Canonicaliser {
  const vocabulary = validateVocabulary();
  const fields = Object.fromEntries(
    fieldNames.map((field) => [field, createFieldForms(field, vocabulary[field], aliases[field] ?? {})]),
  ) as Record<FieldName, FieldForms>;
  const remember = (form: keyof FieldForms): Record<FieldName, (text: string) => string | null> =>
    Object.fromEntries(
      fieldNames.map((field) => [field, createBoundedMemo(fields[field][form], memoEntries, longestKept)]),
    ) as Record<FieldName, (text: string) => string | null>;
  const keys = remember("keyOf");
  const phrases = remember("phraseOf");
  return {
    canonicalise: (field, value) => (value === null ? null : keys[field](value)),
    phrase: (field, value) => (value === null ? null : phrases[field](value)),
    vocabularyVersion: stableHash({ foldingVersion, vocabulary, aliases }).slice(0, 12),
  };
}

interface FieldForms {
  keyOf(text: string): string | null;
  phraseOf(text: string): string | null;
}

/** What stands between the things that a set names; a slash or comma between digits belongs to a number. */
const separators = /[;|+&\n]|[,/⁄](?! ?\d)|(?<!\d ?)[,/⁄]|(?<![\p{L}\p{N}])(?:and|with)(?![\p{L}\p{N}])/giu;
const joint = " and ";

function createFieldForms(
  field: FieldName,
  vocabulary: FieldVocabulary,
  aliases: Readonly<Record<string, string>>,
): FieldForms {
  const spellings = Object.entries(vocabulary.spellings);
  const suffixes = vocabulary.suffixes.map((suffix) => joinWords(foldText(suffix)));

  /** Folded, with this field's spellings evened out. */
  function words(text: string): string {
    const folded = foldText(text);
    return spellings.reduce(
      (spelled, [from, to]) => spelled.replaceAll(from, to),
      field === "size" ? normaliseSize(folded) : folded,
    );
  }

  const wholeKey = (text: string): string => joinWords(words(text));

  /** Without the endings that add nothing, unless nothing else is there. */
  function bareKey(text: string): string {
    let key = wholeKey(text);
    for (;;) {
      const suffix = suffixes.find((ending) => key.length > ending.length && key.endsWith(ending));
      if (suffix === undefined) return key;
      key = key.slice(0, -suffix.length);
    }
  }

  const names = new Map<string, string>();
  for (const [name, others] of Object.entries(vocabulary.values)) {
    for (const other of [name, ...others]) names.set(bareKey(other), foldText(name));
  }
  /** The owner's names, by what they stand for; filled below, because a set is found in any order. */
  const owners = new Map<string, string>();

  /** `spell` writes what nobody knows; `seen` holds the owner's names that led here, so that a ring of them ends. */
  function read(text: string, spell: (text: string) => string, seen: readonly string[] = []): string | null {
    if (isNullForm(text)) return null;
    const whole = wholeKey(text);
    const target = seen.includes(whole) ? undefined : owners.get(whole);
    // A name that stands for itself takes itself out of the shipped vocabulary.
    if (target !== undefined && wholeKey(target) === whole) return spell(text);
    if (target !== undefined) return read(target, spell, [...seen, whole]);
    const name = names.get(whole) ?? names.get(bareKey(text));
    if (name !== undefined) return name;
    const parts = vocabulary.is_set ? plainText(text).split(separators) : [];
    if (parts.length > 1) return readSet(parts, spell, seen);
    // What is left may say nothing after all: "none neckline", "ñone".
    return isNullForm(bareKey(text)) ? null : spell(text);
  }

  function readSet(parts: readonly string[], spell: (text: string) => string, seen: readonly string[]): string | null {
    const found = parts.flatMap((part) => read(part, spell, seen)?.split(joint) ?? []);
    if (found.length === 0) return null;
    const set = [...new Set(found)].sort().join(joint);
    const whole = wholeKey(set);
    const target = seen.includes(whole) ? undefined : owners.get(whole);
    return target === undefined ? set : read(target, spell, [...seen, whole]);
  }

  const entries = Object.entries(aliases).map(([from, to]) => [read(from, bareKey), wholeKey(from), to] as const);
  for (const [set, whole, to] of entries) {
    if (set?.includes(joint) === true) owners.set(wholeKey(set), to);
    owners.set(whole, to);
  }
  return { keyOf: (text) => read(text, bareKey), phraseOf: (text) => read(text, words) };
}
