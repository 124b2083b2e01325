/**
 * What a text with a pattern should look like, for the message that refuses another one: few callers read regular
 * expressions. It stands after "must be".
 */
export function expected(words: string): Readonly<Record<"x-expected", string>> {
  return { "x-expected": words };
}
