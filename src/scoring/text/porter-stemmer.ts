/**
 * M. Porter, "An algorithm for suffix stripping" (1980), with the extensions of NLTK's default mode (NLTK_EXTENSIONS of
 * nltk/stem/porter.py 3.10), which METEOR there uses: irregular forms, short words in -ies and -ied, -y after a consonant
 * only, -fulli and -logi, -alli first. Marked "NLTK" below.
 */

/** What follows a stem that a rule leaves; undefined where the word is kept as it is. */
type Rule = readonly [suffix: string, replacement: string, condition?: (stem: string) => boolean];

/** NLTK. */
const irregularStems: ReadonlyMap<string, string> = new Map([
  ["sky", "sky"],
  ["skies", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

/** The stem of a word in lower case. Words of up to two characters are kept. */
export function porterStem(word: string): string {
  const irregular = irregularStems.get(word);
  if (irregular !== undefined) return irregular;
  // Every rule takes off English letters.
  if (!/[a-z]$/.test(word)) return word;
  return withSingleUnits(word, (letters) => (letters.length <= 2 ? letters : stemOf(letters)));
}

function stemOf(word: string): string {
  const steps = [plural, pastAndParticiple, finalY, doubleSuffix, suffixAfterOne, suffixAfterTwo, finalE, doubleL];
  return steps.reduce((rest, step) => step(rest), word);
}

/** Python counts an emoji as one character: lets each be one UTF-16 unit that stands for no other character here. */
function withSingleUnits(word: string, change: (word: string) => string): string {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(word)) return change(word);
  const units = new Map<string, string>();
  let next = 0xe000;
  const shortened = word.replace(/[\ud800-\udbff][\udc00-\udfff]/g, (character) => {
    const known = units.get(character);
    if (known !== undefined) return known;
    while (word.includes(String.fromCharCode(next))) next += 1;
    units.set(character, String.fromCharCode(next));
    next += 1;
    return String.fromCharCode(next - 1);
  });
  const stem = change(shortened);
  const characters = new Map([...units].map(([character, unit]) => [unit, character]));
  return stem.replace(/[\ue000-\uffff]/g, (unit) => characters.get(unit) ?? unit);
}

/** Whether each letter is a consonant: none of a, e, i, o, u, nor a y behind a consonant. */
function consonants(word: string): boolean[] {
  const flags: boolean[] = [];
  for (const letter of word) flags.push(letter === "y" ? !(flags.at(-1) ?? false) : !"aeiou".includes(letter));
  return flags;
}

/** Porter's m: how often a vowel is followed by a consonant. */
function measure(stem: string): number {
  return consonants(stem).filter((isConsonant, at, flags) => isConsonant && flags[at - 1] === false).length;
}

const hasMeasure = (stem: string): boolean => measure(stem) > 0;
const hasLongMeasure = (stem: string): boolean => measure(stem) > 1;
const hasVowel = (stem: string): boolean => consonants(stem).includes(false);

/** Porter's *o: consonant, vowel, consonant at the end, the last none of w, x, y. NLTK: or just a vowel and a consonant. */
function endsShort(word: string): boolean {
  const [first, second, third] = consonants(word).slice(-3);
  if (word.length === 2) return first === false && second === true;
  return first === true && second === false && third === true && !/[wxy]$/.test(word);
}

/** The first rule whose suffix the word has decides, also that nothing changes. */
function applyFirst(word: string, rules: readonly Rule[]): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, replacement, condition] = rule;
  const stem = word.slice(0, word.length - suffix.length);
  return condition === undefined || condition(stem) ? stem + replacement : word;
}

/** Step 1a. */
function plural(word: string): string {
  // NLTK: "dies" is "die" where "flies" is "fli".
  if (word.endsWith("ies") && word.length === 4) return word.slice(0, -1);
  return applyFirst(word, pluralRules);
}

const pluralRules: readonly Rule[] = [
  ["sses", "ss"],
  ["ies", "i"],
  ["ss", "ss"],
  ["s", ""],
];

/** Step 1b. */
function pastAndParticiple(word: string): string {
  // NLTK.
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return hasMeasure(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find((ending) => word.endsWith(ending) && hasVowel(word.slice(0, -ending.length)));
  return suffix === undefined ? word : mendEnd(word.slice(0, -suffix.length));
}

/** What is left of a word without -ed or -ing gets back what it lost or doubled. */
function mendEnd(stem: string): string {
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  const last = stem.slice(-1);
  if (stem.length > 1 && last === stem.at(-2) && consonants(stem).at(-1) === true) {
    return /[lsz]/.test(last) ? stem : stem.slice(0, -1);
  }
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

/** Step 1c. NLTK: only behind a consonant that is not the whole stem, so "happi" but "enjoy". */
function finalY(word: string): string {
  if (!word.endsWith("y") || word.length < 3) return word;
  return consonants(word).at(-2) === true ? `${word.slice(0, -1)}i` : word;
}

/** Step 2. */
function doubleSuffix(word: string): string {
  // NLTK takes -alli first, and looks again.
  if (word.endsWith("alli") && hasMeasure(word.slice(0, -4))) return doubleSuffix(word.slice(0, -2));
  return applyFirst(word, doubleSuffixRules);
}

const doubleSuffixRules: readonly Rule[] = [
  ["ational", "ate", hasMeasure],
  ["tional", "tion", hasMeasure],
  ["enci", "ence", hasMeasure],
  ["anci", "ance", hasMeasure],
  ["izer", "ize", hasMeasure],
  ["bli", "ble", hasMeasure],
  ["alli", "al", hasMeasure],
  ["entli", "ent", hasMeasure],
  ["eli", "e", hasMeasure],
  ["ousli", "ous", hasMeasure],
  ["ization", "ize", hasMeasure],
  ["ation", "ate", hasMeasure],
  ["ator", "ate", hasMeasure],
  ["alism", "al", hasMeasure],
  ["iveness", "ive", hasMeasure],
  ["fulness", "ful", hasMeasure],
  ["ousness", "ous", hasMeasure],
  ["aliti", "al", hasMeasure],
  ["iviti", "ive", hasMeasure],
  ["biliti", "ble", hasMeasure],
  ["fulli", "ful", hasMeasure],
  // The l counts with the stem, so that "geologi" loses its ending too.
  ["logi", "log", (stem) => hasMeasure(`${stem}l`)],
];

/** Step 3. */
const suffixAfterOne = (word: string): string => applyFirst(word, suffixAfterOneRules);

const suffixAfterOneRules: readonly Rule[] = [
  ["icate", "ic", hasMeasure],
  ["ative", "", hasMeasure],
  ["alize", "al", hasMeasure],
  ["iciti", "ic", hasMeasure],
  ["ical", "ic", hasMeasure],
  ["ful", "", hasMeasure],
  ["ness", "", hasMeasure],
];

/** Step 4. */
const suffixAfterTwo = (word: string): string => applyFirst(word, suffixAfterTwoRules);

const suffixAfterTwoRules: readonly Rule[] = [
  ["al", "", hasLongMeasure],
  ["ance", "", hasLongMeasure],
  ["ence", "", hasLongMeasure],
  ["er", "", hasLongMeasure],
  ["ic", "", hasLongMeasure],
  ["able", "", hasLongMeasure],
  ["ible", "", hasLongMeasure],
  ["ant", "", hasLongMeasure],
  ["ement", "", hasLongMeasure],
  ["ment", "", hasLongMeasure],
  ["ent", "", hasLongMeasure],
  ["ion", "", (stem) => hasLongMeasure(stem) && /[st]$/.test(stem)],
  ["ou", "", hasLongMeasure],
  ["ism", "", hasLongMeasure],
  ["ate", "", hasLongMeasure],
  ["iti", "", hasLongMeasure],
  ["ous", "", hasLongMeasure],
  ["ive", "", hasLongMeasure],
  ["ize", "", hasLongMeasure],
];

/** Step 5a. */
function finalE(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const length = measure(stem);
  return length > 1 || (length === 1 && !endsShort(stem)) ? stem : word;
}

/** Step 5b. */
const doubleL = (word: string): string =>
  word.endsWith("ll") && hasLongMeasure(word.slice(0, -1)) ? word.slice(0, -1) : word;
