const vulgarFractions: Readonly<Record<string, readonly [alone: string, afterDigit: string]>> = {
  "½": ["1/2", ".5"],
  "¼": ["1/4", ".25"],
  "¾": ["3/4", ".75"],
};

/** NFKC, but for the signs that it would turn into letters ("Nike™" into "NikeTM") and other numbers ("14½" into "141⁄2"). */
export function plainText(text: string): string {
  return text
    .replaceAll(/[™®©℠\uE000-\uE002]/gu, " ")
    .replaceAll(/(\d)?\s?([½¼¾])/gu, (_whole, digit: string | undefined, sign: string) => {
      const [alone, afterDigit] = vulgarFractions[sign] ?? ["", ""];
      return digit === undefined ? ` ${alone}` : digit + afterDigit;
    })
    .normalize("NFKC");
}

/**
 * A value's words for comparison: plain text, case folded, Latin letters without accents, `&` as "and", every other
 * punctuation a space, apostrophes gone. Between two digits `.`, `/` and `-` stay, because 3.5 is not 35 and 3/4 not 34;
 * a decimal comma becomes a point. Folding twice changes nothing.
 */
export function foldText(text: string): string {
  return (
    plainText(text)
      // Up and down again is a full case fold: ß meets ss, ẞ too. The final sigma depends on where its word ends.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      .replaceAll("ς", "σ")
      .normalize("NFD")
      .replaceAll(/(\p{Script=Latin})\p{M}+/gu, "$1")
      .normalize("NFC")
      .replaceAll(/['’‘`´\p{Cf}]/gu, "")
      .replaceAll(/[×✕✖]/gu, "x")
      .replaceAll("&", " and ")
      .replaceAll(/\p{Pd}/gu, "-")
      .replaceAll(/[⁄∕]/gu, "/")
      .replaceAll(/(?<=\d),(?=\d)/gu, ".")
      .replaceAll(/(?<![\p{L}\p{N}])\.(?=\d)/gu, "0.")
      .replaceAll(/(?<=\d) ?([./-]) ?(?=\d)/gu, setAside)
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Sc}\p{So}+%\uE000-\uE002]+/gu, " ")
      // A mark without its letter would join the word before it once spaces are gone.
      .replaceAll(/(?<![\p{L}\p{M}\p{N}])\p{M}+/gu, "")
      .replaceAll(/[\uE000-\uE002]/gu, putBack)
      .trim()
  );
}

// Punctuation between digits is set aside as private-use characters while all other punctuation goes.
const kept = "./-";

function setAside(_whole: string, sign: string): string {
  return String.fromCharCode(0xe000 + kept.indexOf(sign));
}

function putBack(mark: string): string {
  return kept[mark.charCodeAt(0) - 0xe000] ?? " ";
}

/** The same without its spaces: "t shirt" meets "tshirt", "32 x 34" meets "32x34". Two numbers stay apart. */
export function joinWords(folded: string): string {
  return folded.replaceAll(/(?<!\d) | (?!\d)/gu, "");
}
