/** Longest line, in bytes without its end. */
export const maxLineBytes = 65_536;

/** One line that is not blank. */
export interface Line {
  /** Counted from 1, blank lines included. */
  number: number;
  /** Null: it is longer than `maxLineBytes`, and was let pass. Valid until the next line is asked for. */
  bytes: Uint8Array | null;
}

export interface LineSplitter {
  /** The lines that are complete with this chunk, lazily: take all of them before the next call. */
  push(chunk: Uint8Array): Generator<Line, void>;
  /** The last line, where no line break ends it. */
  end(): Line | null;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts a stream of bytes into lines (LF or CRLF) in constant memory: it holds at most one line, and of a longer one only
 * the knowledge that it has not ended yet.
 */
export function createLineSplitter(): LineSplitter {
  // One more than a line may have: the CR before a LF that has not come yet.
  const held = Buffer.allocUnsafe(maxLineBytes + 1);
  let length = 0;
  let isTooLong = false;
  let number = 0;

  function hold(part: Uint8Array): void {
    if (isTooLong || length + part.length > held.length) {
      isTooLong = true;
      return;
    }
    held.set(part, length);
    length += part.length;
  }

  function finish(bytes: Uint8Array): Line | null {
    number += 1;
    const end = bytes.length > 0 && bytes[bytes.length - 1] === carriageReturn ? bytes.length - 1 : bytes.length;
    if (isTooLong || end > maxLineBytes) return { number, bytes: null };
    return isBlank(bytes, end) ? null : { number, bytes: bytes.subarray(0, end) };
  }

  return {
    *push(chunk) {
      let start = 0;
      for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, start)) {
        const part = chunk.subarray(start, at);
        const isWhole = length === 0 && !isTooLong;
        if (!isWhole) hold(part);
        const line = finish(isWhole ? part : held.subarray(0, length));
        start = at + 1;
        length = 0;
        isTooLong = false;
        if (line !== null) yield line;
      }
      hold(chunk.subarray(start));
    },
    end() {
      if (length === 0 && !isTooLong) return null;
      const line = finish(held.subarray(0, length));
      length = 0;
      isTooLong = false;
      return line;
    },
  };
}

/** Whether there are only spaces and tabs. */
function isBlank(bytes: Uint8Array, end: number): boolean {
  for (let at = 0; at < end; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return false;
  }
  return true;
}
