import { forcedText } from "./answer-node.ts";
import type { AnswerNode, Segment } from "./answer-node.ts";

/**
 * `fixed`: json.dumps style, one space after comma and colon, which is what xgrammar does with disable_any_whitespace.
 * `free`: the indented style that models choose where whitespace is theirs.
 */
export type JsonLayout = "fixed" | "free";

/** The text of an answer as segments: structure is forced, contents of scalars carry their probability. */
export function renderJson(node: AnswerNode, layout: JsonLayout): Segment[] {
  const segments: Segment[] = [];
  write(node, layout, 1, segments);
  return joinForced(segments);
}

function write(node: AnswerNode, layout: JsonLayout, depth: number, out: Segment[]): void {
  switch (node.kind) {
    case "object":
      writeList(
        "{}",
        node.members.map(([key, value]) => () => {
          out.push(forcedText(`${JSON.stringify(key)}: `));
          write(value, layout, depth + 1, out);
        }),
        layout,
        depth,
        out,
      );
      break;
    case "array":
      writeList(
        "[]",
        node.items.map((item) => () => write(item, layout, depth + 1, out)),
        layout,
        depth,
        out,
      );
      break;
    case "scalar": {
      const quoted = typeof node.value === "string";
      if (quoted) out.push(forcedText('"'));
      out.push({
        text: content(node.value),
        probability: node.probability,
        alternatives: node.alternatives.map((guess) => ({
          text: content(guess.value),
          probability: guess.probability,
        })),
      });
      if (quoted) out.push(forcedText('"'));
      break;
    }
  }
}

function writeList(
  brackets: "{}" | "[]",
  entries: (() => void)[],
  layout: JsonLayout,
  depth: number,
  out: Segment[],
): void {
  const free = layout === "free" && entries.length > 0;
  out.push(forcedText(brackets[0]! + (free ? `\n${"  ".repeat(depth)}` : "")));
  for (const [i, entry] of entries.entries()) {
    if (i > 0) out.push(forcedText(free ? `,\n${"  ".repeat(depth)}` : ", "));
    entry();
  }
  out.push(forcedText((free ? `\n${"  ".repeat(depth - 1)}` : "") + brackets[1]!));
}

function content(value: string | number | boolean | null): string {
  return typeof value === "string" ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
}

/** Neighbouring forced stretches become one, so that punctuation merges into tokens as real tokenizers merge it. */
function joinForced(segments: Segment[]): Segment[] {
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    if (last !== undefined && last.probability === 1 && segment.probability === 1) last.text += segment.text;
    else joined.push({ ...segment });
  }
  return joined;
}
