/**
 * Distils src/scoring/text/wordnet-3.0.json.gz from WordNet's own files: `npm run wordnet [FOLDER]`. Debian has them in
 * `wordnet-base`, in /usr/share/wordnet. The result is committed; run it only to change what is kept.
 *
 * Kept is what METEOR's synonyms are looked up in: of every part of speech the synsets that hold a word METEOR could match,
 * and the irregular forms. Glosses, relations and senses are not.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { partsOfSpeech } from "../src/scoring/text/wordnet.ts";
import type { PartOfSpeech, WordnetFile, WordnetPart } from "../src/scoring/text/wordnet.ts";

const folder = process.argv[2] ?? "/usr/share/wordnet";
const target = "src/scoring/text/wordnet-3.0.json.gz";

const linesOf = (name: string): string[] => readFileSync(join(folder, name), "utf8").trimEnd().split("\n");

/** The words of one line of data.*, `offset lex_file type count(hex) word lex_id word lex_id …` (wndb(5WN)). */
function wordsOf(line: string): string[] {
  const columns = line.split(" ");
  const count = Number.parseInt(columns[3] ?? "", 16);
  // Adjectives may carry where they stand: galore(ip).
  return Array.from({ length: count }, (_, at) => (columns[4 + 2 * at] ?? "").replace(/\([^()]*\)$/, ""));
}

/** NLTK takes no word with an underscore for a synonym, and METEOR compares in lower case. */
const isMatchable = (word: string): boolean => !word.includes("_") && word === word.toLowerCase();

/** A line of the result, or none where METEOR could match no word of the synset. */
function distil(words: readonly string[]): string[] {
  const synonyms = [...new Set(words.filter(isMatchable))];
  const others = new Set(words.map((word) => word.toLowerCase())).difference(new Set(synonyms));
  if (synonyms.length === 0) return [];
  return [
    [synonyms, [...others]]
      .filter((list) => list.length > 0)
      .map((list) => list.join(" "))
      .join("|"),
  ];
}

/** The licence stands at the head of the file, indented. */
const isEntry = (line: string): boolean => !line.startsWith(" ");

const synsetsOf = (pos: PartOfSpeech): string[] =>
  linesOf(`data.${pos}`)
    .filter(isEntry)
    .flatMap((line) => distil(wordsOf(line)))
    // Sorted, the file is a tenth smaller.
    .sort();

const exceptionsOf = (pos: PartOfSpeech): string[] => {
  // A form may stand on several lines: NLTK keeps the last.
  const forms = new Map(linesOf(`${pos}.exc`).map((line) => [line.split(" ", 1)[0] ?? "", line.trim()]));
  return [...forms.values()].sort();
};

const partOf = (pos: PartOfSpeech): WordnetPart => ({ synsets: synsetsOf(pos), exceptions: exceptionsOf(pos) });
const file: WordnetFile = {
  source: "WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. Licence: WORDNET-LICENSE.txt",
  parts: { noun: partOf("noun"), verb: partOf("verb"), adj: partOf("adj"), adv: partOf("adv") },
};
const packed = gzipSync(JSON.stringify(file), { level: 9 });
writeFileSync(target, packed);
const counts = partsOfSpeech.map((pos) => `${file.parts[pos].synsets.length} ${pos}`).join(", ");
console.log(`${target}: synsets ${counts}; ${packed.length} bytes`);
