import pg from "pg";

type Parser = (text: string) => unknown;

/** Makes values what SQLite gives, for one pool: numbers, 0 or 1, bytes. */
const parsers: Readonly<Record<number, Parser>> = {
  16: (text) => (text === "t" ? 1 : 0), // bool
  17: (text) => Uint8Array.from(Buffer.from(text.slice(2), "hex")), // bytea, "\x…"
  20: toSafeInteger, // int8
  1700: Number, // numeric, which sums of int8 are
};

/** What a pool asks for the parser of a type; the process's own table is not touched. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: "text"): Parser =>
    parsers[oid] ?? (pg.types.getTypeParser(oid, format) as Parser)) as typeof pg.types.getTypeParser,
};

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number`);
  return value;
}
