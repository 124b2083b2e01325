import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** In the order in which NLTK looks them up. Satellite adjectives are adjectives, as in WordNet's own index. */
export const partsOfSpeech = ["noun", "verb", "adj", "adv"] as const;

export type PartOfSpeech = (typeof partsOfSpeech)[number];

/** What scripts/distil-wordnet.ts writes. */
export interface WordnetFile {
  source: string;
  parts: Record<PartOfSpeech, WordnetPart>;
}

export interface WordnetPart {
  /** One synset a line: the words that may be synonyms, then, behind a `|`, those that only lead to them, in lower case. */
  synsets: readonly string[];
  /** `form base base…`, one irregular form a line. */
  exceptions: readonly string[];
}

/** Looks synonyms up. */
export interface Wordnet {
  /**
   * The single words of all synsets of a word (in lower case) or of what it may be a form of, whatever the part of speech;
   * the word itself only where WordNet has it. None with a capital is told: METEOR compares in lower case.
   */
  synonyms(word: string): ReadonlySet<string>;
}

/** WordNet's rules of detachment: ending of the form, ending of the base. */
const detachments: Readonly<Record<PartOfSpeech, readonly (readonly [string, string])[]>> = {
  noun: [
    ["s", ""],
    ["ses", "s"],
    ["ves", "f"],
    ["xes", "x"],
    ["zes", "z"],
    ["ches", "ch"],
    ["shes", "sh"],
    ["men", "man"],
    ["ies", "y"],
  ],
  verb: [
    ["s", ""],
    ["ies", "y"],
    ["es", "e"],
    ["es", ""],
    ["ed", "e"],
    ["ed", ""],
    ["ing", "e"],
    ["ing", ""],
  ],
  adj: [
    ["er", ""],
    ["est", ""],
    ["er", "e"],
    ["est", "e"],
  ],
  adv: [],
};

/**
 * Reads the synonyms committed beside this file, on the spot: some 200 ms and 22 MB, so once for each scorer, and only when
 * METEOR needs them.
 */
export function loadWordnet(): Wordnet {
  const packed = readFileSync(new URL("wordnet-3.0.json.gz", import.meta.url));
  return createWordnet(JSON.parse(gunzipSync(packed).toString()) as WordnetFile);
}

/** Looks up as `synsets()` and `_morphy()` of nltk/corpus/reader/wordnet.py (3.10) do. */
export function createWordnet(file: WordnetFile): Wordnet {
  const parts = partsOfSpeech.map((pos) => createLookup(file.parts[pos], detachments[pos]));
  return {
    synonyms(word) {
      const found = new Set<string>();
      for (const addSynonyms of parts) addSynonyms(word, found);
      return found;
    },
  };
}

type Lookup = (word: string, found: Set<string>) => void;

function createLookup({ synsets, exceptions }: WordnetPart, rules: readonly (readonly [string, string])[]): Lookup {
  const lines = indexSynsets(synsets);
  const irregular = new Map(exceptions.map((line) => [line.slice(0, line.indexOf(" ")), line]));

  function addForm(form: string, found: Set<string>): void {
    for (const synonyms of lines.get(form) ?? []) for (const synonym of synonyms) found.add(synonym);
  }

  return (word, found) => {
    addForm(word, found);
    // A word with an irregular base has no regular one.
    const exception = irregular.get(word);
    if (exception !== undefined) {
      for (const base of exception.split(" ").slice(1)) addForm(base, found);
      return;
    }
    for (const [ending, base] of rules) {
      if (word.endsWith(ending)) addForm(word.slice(0, -ending.length) + base, found);
    }
  };
}

/** The synonyms of every synset of a word. */
function indexSynsets(synsets: readonly string[]): Map<string, string[][]> {
  const index = new Map<string, string[][]>();
  for (const line of synsets) {
    const [matchable = "", others] = line.split("|");
    const synonyms = matchable.split(" ");
    for (const key of others === undefined ? synonyms : [...synonyms, ...others.split(" ")]) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [synonyms]);
      else known.push(synonyms);
    }
  }
  return index;
}
