/**
 * Evens out how sizes are written, on folded text: "size 8" is "8", "8.0" is "8", "us size 8" and "8 us" are "us 8",
 * "w32 l34" and "32/34" are "32 x 34". A size with its system ("us 8") is never the bare number: systems differ.
 */
export function normaliseSize(folded: string): string {
  const bare = folded
    .split(" ")
    .filter((word) => word !== "size")
    .join(" ")
    .replaceAll(/(\d)\.0+(?!\d)/gu, "$1")
    .replaceAll(/(\d) 1\/2(?!\d)/gu, "$1.5");
  // "one size" is a size of its own, and "size" alone is left alone.
  if (bare === "" || /^(one|free|plus)$/u.test(bare)) return folded;
  const jeans = /^w ?(\d{2})(?: ?[x/] ?| )l ?(\d{2})$|^(\d{2}) ?[x/] ?(\d{2})$/u.exec(bare);
  if (jeans !== null) return `${jeans[1] ?? jeans[3]} x ${jeans[2] ?? jeans[4]}`;
  return bare.replace(/^(\d[\d.]*) ?(us|uk|eu|fr|it|de|jp)$/u, "$2 $1");
}
