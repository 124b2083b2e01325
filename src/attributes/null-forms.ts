/**
 * The spellings of "nothing", separated by commas; case, spaces and punctuation do not count ("N/A" is "na",
 * "Not-Visible" is "not visible"). Only whole values match, so "NA-KD", "Nana" and "Unknown Pleasures" stay what they
 * are.
 *
 * "no" is listed because no brand, size or defect is called so, and a garment graded as damaged by "no" costs more.
 * Left out on purpose, because they are values in at least one field: "missing" (a defect), "hidden" and "invisible"
 * (closures), "plain" and "no pattern" (a solid pattern), "no sleeves", "unbranded", "no name" and "UNK" (brands).
 */
const spellings = `
  na, nan, nil, null, none, undefined, no, nothing, no answer, no information,

  unknown, unclear, unsure, unspecified, unidentified, unidentifiable, unreadable, illegible, indeterminate,
  undetermined, undeterminable, indiscernible, inapplicable, unavailable,

  not visible, not clearly visible, not shown, not seen, not present, not found, not detected, not discernible,
  not legible, not readable, not clear, not sure, not identified, not identifiable, not applicable, not available,
  not specified, not stated, not provided, not given, not known, not determined, not determinable,

  does not apply, doesnt apply, unable to determine, could not be determined,
  cannot be determined, cannot be identified, cannot be read, cannot be seen, cannot determine, cannot see, cannot tell,
  cant be determined, cant be identified, cant be read, cant be seen, cant determine, cant see, cant tell,

  none visible, none seen, none found, none detected, none observed, none apparent, none present, none noted,
  nothing visible, no defect, no defects, no visible defect, no visible defects, no defect visible, no defects visible,
  no brand, no visible brand, no brand visible, unknown brand, brand unknown, brand not visible,
  no size, no visible size, no size visible, unknown size, size unknown, size not visible,
  no closure, no visible closure, no neckline, no visible neckline
`;

const foldedSpellings: ReadonlySet<string> = new Set(spellings.split(",").map(fold));

// Folding a long text would be wasted work: no spelling, however spread out, comes near this length.
const maxLength = 80;

/** Whether a text says "nothing": one of the known spellings, or no letter, digit or sign at all ("", "-", "?"). */
export function isNullForm(text: string): boolean {
  if (text.length > maxLength) return false;
  const folded = fold(text);
  return folded === "" || foldedSpellings.has(folded);
}

/** Lower case without spaces, punctuation, and the mathematical signs that serve as brackets ("<none>"). */
function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\p{P}\p{Sm}\p{Sk}\p{Z}\p{Cc}\p{Cf}]/gu, "");
}
