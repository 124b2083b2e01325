/** A member of an object, by position: nothing is decoded yet. */
export interface Member {
  /** The key as written, without its quotes, escapes untouched. */
  rawKey: string;
  /** `broken`: cut off, nested, or followed by something that shows that it was not read rightly. */
  kind: "string" | "bare" | "broken";
  /** The value's content in the text: inside the quotes of a string, else the literal itself. End is exclusive. */
  start: number;
  end: number;
}

export interface ScannedObject {
  members: Member[];
  /** Whether no other object is around it (arrays do not count). */
  isTop: boolean;
  /** Whether its closing brace was found. */
  isClosed: boolean;
}

const quoteUnit = 0x22;
const bareEnds: ReadonlySet<number> = new Set(Array.from(' \t\r\n",:{}[]', (char) => char.charCodeAt(0)));
const recoveryPoints: ReadonlySet<number> = new Set(Array.from(",{}", (char) => char.charCodeAt(0)));

type Frame = { kind: "array" } | ObjectFrame;

interface ObjectFrame extends ScannedObject {
  kind: "object";
  expects: "key" | "value" | "separator";
  key: string;
}

/**
 * Finds the objects in a text that may be JSON, JSON in prose, or broken JSON, outermost and nested ones, in the order
 * in which they end and then those that do not. One pass with an explicit stack: time and memory are linear in the text, and no depth of nesting
 * can exhaust the call stack. Where the text is not JSON it prefers losing a member to misreading one.
 */
export function scanObjects(text: string): ScannedObject[] {
  const found: ScannedObject[] = [];
  const open: Frame[] = [];
  let at = 0;

  while (at < text.length) {
    const frame = open.at(-1);
    if (frame === undefined) {
      // Prose: quotes and brackets mean nothing here, an apostrophe least of all.
      at = text.indexOf("{", at);
      if (at === -1) break;
      openObject();
      continue;
    }
    at = skipWhitespace(text, at);
    if (at >= text.length) break;
    if (frame.kind === "array") stepArray();
    else if (frame.expects === "key") stepKey(frame);
    else if (frame.expects === "value") stepValue(frame);
    else stepSeparator(frame);
  }
  // What is still open was cut off.
  for (const frame of open) if (frame.kind === "object") found.push(frame);
  return found;

  function openObject(): void {
    const isTop = open.length === 0;
    open.push({ kind: "object", members: [], isTop, isClosed: false, expects: "key", key: "" });
    at += 1;
  }

  function closeObject(frame: ObjectFrame): void {
    open.pop();
    frame.isClosed = true;
    found.push(frame);
    at += 1;
  }

  function stepArray(): void {
    const char = text[at];
    if (char === "{") openObject();
    else if (char === "}") open.pop();
    else if (char === "[") {
      open.push({ kind: "array" });
      at += 1;
    } else if (char === "]") {
      open.pop();
      at += 1;
    } else at = char === '"' ? closingQuote(text, at) + 1 : at + 1;
  }

  function stepKey(frame: ObjectFrame): void {
    const char = text[at];
    if (char === "}") {
      closeObject(frame);
      return;
    }
    if (char === ",") {
      at += 1;
      return;
    }
    if (char !== '"') {
      recover(frame);
      return;
    }
    const quote = closingQuote(text, at);
    const colon = skipWhitespace(text, quote + 1);
    if (text[colon] === ":") {
      frame.key = text.slice(at + 1, quote);
      frame.expects = "value";
      at = colon + 1;
    } else {
      at = colon;
      if (colon < text.length) recover(frame);
    }
  }

  function stepValue(frame: ObjectFrame): void {
    const char = text[at];
    frame.expects = "separator";
    if (char === '"') {
      const quote = closingQuote(text, at);
      addMember(frame, quote === text.length ? "broken" : "string", at + 1, quote);
      at = quote + 1;
    } else if (char === "{") {
      addMember(frame, "broken", at, at);
      openObject();
    } else if (char === "[") {
      addMember(frame, "broken", at, at);
      open.push({ kind: "array" });
      at += 1;
    } else {
      const end = skipBare(text, at);
      // At the end of the text a number may have lost digits, but nothing can follow null.
      const isCut = end === text.length && text.slice(at, end) !== "null";
      addMember(frame, isCut || end === at ? "broken" : "bare", at, end);
      at = end;
    }
  }

  function stepSeparator(frame: ObjectFrame): void {
    const char = text[at];
    if (char === "}") closeObject(frame);
    else if (char === ",") {
      frame.expects = "key";
      at += 1;
    } else recover(frame);
  }

  /** Something stands where JSON has nothing of the kind, such as the rest of a value with a bare quote inside. */
  function recover(frame: ObjectFrame): void {
    const last = frame.members.at(-1);
    if (last === undefined && frame.expects === "key") {
      // A brace in prose, no object at all.
      open.pop();
      return;
    }
    if (last !== undefined) last.kind = "broken";
    while (at < text.length && !recoveryPoints.has(text.charCodeAt(at))) at += 1;
    if (text[at] === "{") openObject();
  }

  function addMember(frame: ObjectFrame, kind: Member["kind"], start: number, end: number): void {
    frame.members.push({ rawKey: frame.key, kind, start, end });
  }
}

/** The four whitespace characters of JSON. */
function skipWhitespace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) break;
  }
  return at;
}

/** The position of the quote that closes the string opened at `from`, or the text's length where none does. */
function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quoteUnit) return at;
    if (unit === 0x5c) at += 1;
  }
  return text.length;
}

/** To the end of a number, true, false or null: whatever is no structure, quote or whitespace. */
function skipBare(text: string, from: number): number {
  let at = from;
  while (at < text.length && !bareEnds.has(text.charCodeAt(at))) at += 1;
  return at;
}
