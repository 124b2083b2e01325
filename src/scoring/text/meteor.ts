import { porterStem } from "./porter-stemmer.ts";
import type { Text } from "./text.ts";
import type { Wordnet } from "./wordnet.ts";

/** How much more recall weighs than precision, how steep and how large the penalty for scattered matches is. */
const [alpha, beta, gamma] = [0.9, 3, 0.5];

interface Word {
  /** Where it stands in its text. */
  at: number;
  word: string;
}

interface Match {
  hypothesis: number;
  reference: number;
}

export type Meteor = (reference: Text, hypothesis: Text) => number;

/**
 * METEOR 1.0, 0..1, of words in lower case; 0 where none match. As `single_meteor_score` of NLTK 3.10, which scores n equal words
 * 1 − 0.5/n³ (one alone 0.5), and looks synonyms up by *stems*, so that those of "happy" are not found. `wordnet` is asked for
 * only when words are left that neither they nor their stems match.
 */
export function createMeteor(wordnet: () => Wordnet): Meteor {
  return (reference, hypothesis) => {
    const matches = align(lowered(reference), lowered(hypothesis), wordnet);
    if (matches.length === 0) return 0;
    const precision = matches.length / hypothesis.words.length;
    const recall = matches.length / reference.words.length;
    const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
    return (1 - gamma * (countChunks(matches) / matches.length) ** beta) * mean;
  };
}

const lowered = ({ words }: Text): Word[] => words.map((word, at) => ({ at, word: word.toLowerCase() }));

const stemmed = (words: readonly Word[]): Word[] => words.map(({ at, word }) => ({ at, word: porterStem(word) }));

/** Equal words first, then equal stems of the others, then synonyms of the stems that are left. In order of the hypothesis. */
function align(reference: readonly Word[], hypothesis: readonly Word[], wordnet: () => Wordnet): Match[] {
  const equal = matchWords(reference, hypothesis, (word) => [word]);
  const stems = matchWords(stemmed(equal.reference), stemmed(equal.hypothesis), (stem) => [stem]);
  const matches = [...equal.matches, ...stems.matches];
  if (stems.reference.length > 0 && stems.hypothesis.length > 0) {
    const { synonyms } = wordnet();
    // The stem itself is no candidate any more: the stage before has used up all its equals.
    matches.push(...matchWords(stems.reference, stems.hypothesis, synonyms).matches);
  }
  return matches.sort((a, b) => a.hypothesis - b.hypothesis);
}

/**
 * One greedy stage: from the last word of the hypothesis on, each takes the last word of the reference that is still free and
 * among its candidates. Gives back what is left on both sides.
 */
function matchWords(
  reference: readonly Word[],
  hypothesis: readonly Word[],
  candidatesOf: (word: string) => Iterable<string>,
): { matches: Match[]; reference: Word[]; hypothesis: Word[] } {
  const free = new Map<string, Word[]>();
  for (const entry of reference) {
    const equals = free.get(entry.word);
    if (equals === undefined) free.set(entry.word, [entry]);
    else equals.push(entry);
  }
  const matches: Match[] = [];
  const left: Word[] = [];
  for (const { at, word } of hypothesis.toReversed()) {
    let last: Word | undefined;
    for (const candidate of candidatesOf(word)) {
      const entry = free.get(candidate)?.at(-1);
      if (entry !== undefined && (last === undefined || entry.at > last.at)) last = entry;
    }
    if (last === undefined) left.push({ at, word });
    else {
      free.get(last.word)?.pop();
      matches.push({ hypothesis: at, reference: last.at });
    }
  }
  const unmatched = new Set([...free.values()].flat());
  return { matches, reference: reference.filter((entry) => unmatched.has(entry)), hypothesis: left.reverse() };
}

/** Runs of matches that are neighbours in both texts. */
function countChunks(matches: readonly Match[]): number {
  return matches.filter((match, index) => {
    const before = matches[index - 1];
    return before?.hypothesis !== match.hypothesis - 1 || before.reference !== match.reference - 1;
  }).length;
}
