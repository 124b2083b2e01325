import assert from "node:assert/strict";
import { test } from "node:test";
import { porterStem } from "../../../../src/scoring/text/porter-stemmer.ts";

/** `word stem`, by PorterStemmer().stem of NLTK 3.10.4. */
function assertStems(pairs: string): void {
  for (const pair of pairs.trim().split(/\s*,\s*/)) {
    const [word = "", stem] = pair.split(" ");
    assert.equal(porterStem(word), stem, word);
  }
}

test("every step of Porter's paper is taken", () => {
  assertStems(`
    caresses caress, ponies poni, caress caress, cats cat,
    feed feed, agreed agre, plastered plaster, bled bled, motoring motor, sing sing,
    conflated conflat, troubled troubl, sized size, hopping hop, tanned tan, falling fall, hissing hiss, fizzed fizz,
    failing fail, filing file, happy happi,
    relational relat, conditional condit, rational ration, valenci valenc, digitizer digit, conformabli conform,
    radicalli radic, differentli differ, vileli vile, analogousli analog, vietnamization vietnam, predication predic,
    operator oper, feudalism feudal, decisiveness decis, hopefulness hope, callousness callous, formaliti formal,
    sensitiviti sensit, sensibiliti sensibl,
    triplicate triplic, formative form, formalize formal, electriciti electr, electrical electr, hopeful hope, goodness good,
    revival reviv, allowance allow, inference infer, airliner airlin, gyroscopic gyroscop, adjustable adjust,
    defensible defens, irritant irrit, replacement replac, adjustment adjust, dependent depend, adoption adopt,
    communism commun, activate activ, angulariti angular, homologous homolog, effective effect, bowdlerize bowdler,
    probate probat, rate rate, cease ceas, controll control, roll roll`);
});

test("what NLTK added to Porter's rules is there", () => {
  assertStems(`
    skies sky, dying die, lying lie, tying tie, news news, innings inning, outing outing, cannings canning, howe howe,
    proceed proceed, exceed exceed, succeed succeed,
    dies die, flies fli, died die, spied spi, tied tie, cried cri,
    obeys obey, enjoy enjoy, enjoyment enjoy, by by, sky sky, spy spi,
    archaeology archaeolog, geology geolog, hopefully hope, occasionally occasion, using use, ated ate`);
});

test("short words, marks and other scripts are kept", () => {
  assertStems(
    `is is, as as, s s, don't don't, levi's levi', shirts" shirts", 10.5 10.5, 3/4 3/4, übergröße übergröß, シャツ シャツ`,
  );
  assert.equal(porterStem(""), "");
});

test("an emoji is one character", () => {
  // Two characters in a stem of three UTF-16 units, twice the same character, and a private character beside it.
  assertStems(`👕s 👕s, 👕es 👕e, 👕👕ing 👕👕ing, a👕👕ing a👕, \ue000a👕👕ed \ue000a👕`);
});
