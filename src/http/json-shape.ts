/** More values than any request means; each costs memory and time a hundred times its bytes once it is parsed. */
const maxValues = 100_000;
/** Deeper than any request means, and far from where recursive code runs out of stack. */
const maxDepth = 64;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * What is wrong with the outline of a JSON text, or null: too many values, too deep. It reads each byte once and strings
 * hardly at all, so that it costs little even for 60 MB of base64, and it needs no valid JSON.
 */
export function findJsonExcess(bytes: Buffer): string | null {
  let values = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === comma) values += 1;
    else if (byte === openList || byte === openObject) {
      depth += 1;
      values += 1;
      if (depth > maxDepth) return `must not be nested deeper than ${maxDepth} levels`;
    } else if (byte === closeList || byte === closeObject) depth -= 1;
    if (values > maxValues) return `must not hold more than ${maxValues} values`;
  }
  return null;
}

/** The place of a string's closing quote, or the end where there is none. */
function endOfString(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(quote, start + 1); end !== -1; end = bytes.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (bytes[end - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return bytes.length;
}
