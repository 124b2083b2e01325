import { forced, forcedText, literal } from "../guided/answer-node.ts";
import type { AnswerNode, Segment } from "../guided/answer-node.ts";
import { encode } from "../tokens/tokenizer.ts";
import type { GeneratedToken } from "../tokens/generated.ts";
import type { FaultKind } from "./catalogue.ts";
import type { FaultDice } from "./control.ts";

/** Faults of what the model says, before it is text: only JSON answers have them. */
const nodeFaults: [FaultKind, (node: AnswerNode) => AnswerNode][] = [
  ["wrong-types", (node) => mapMembers(node, (_, i) => (i % 2 === 1 ? literal([i]) : forced(i)), isString)],
  ["over-long-values", (node) => mapMembers(node, (value, i) => (i === 0 ? lengthen(value) : value), isString)],
  ["null-spellings", (node) => mapMembers(node, (_, i) => forced(["N/A", "none", "", "not visible"][i % 4]!), isNull)],
  [
    "missing-keys",
    (node) => (node.kind === "object" ? { ...node, members: node.members.filter((_, i) => i % 2 === 0) } : node),
  ],
];

/** Faults of the text around the answer. */
const textFaults: [FaultKind, (segments: Segment[]) => Segment[]][] = [
  ["invalid-json", (segments) => [...segments.slice(0, -1), forcedText(segments.at(-1)!.text.replace(/\s*\S$/, ""))]],
  ["fenced-json", (segments) => [forcedText("```json\n"), ...segments, forcedText("\n```")]],
  [
    "prose-around-json",
    (segments) => [
      forcedText("Here is what I can see in the photo: "),
      ...segments,
      forcedText("\nLet me know if you need anything else."),
    ],
  ],
];

export function playNodeFaults(dice: FaultDice, node: AnswerNode): AnswerNode {
  return play(dice, nodeFaults, node);
}

export function playTextFaults(dice: FaultDice, segments: Segment[]): Segment[] {
  return segments.length === 0 ? segments : play(dice, textFaults, segments);
}

/** Faults of the generation itself: it is cut, or runs away in whitespace. Undefined: neither happened. */
export function playLengthFaults(
  dice: FaultDice,
  tokens: readonly GeneratedToken[],
  maxTokens: number,
): GeneratedToken[] | undefined {
  if (dice.roll("truncated") !== undefined) return tokens.slice(0, Math.ceil(tokens.length / 2));
  if (dice.roll("whitespace-loop") === undefined) return undefined;
  const start = tokens.slice(0, Math.ceil(tokens.length / 9));
  const [id] = encode("\n   ");
  const blank: GeneratedToken = { id: id!, logprob: -0.01, alternatives: [] };
  return [...start, ...Array.from({ length: Math.max(0, maxTokens - start.length) }, () => blank)];
}

function play<T>(dice: FaultDice, faults: readonly [FaultKind, (subject: T) => T][], subject: T): T {
  return faults.reduce((result, [kind, change]) => (dice.roll(kind) === undefined ? result : change(result)), subject);
}

/** Changes the members of an object that `applies` picks, counted from 0. */
function mapMembers(
  node: AnswerNode,
  change: (value: AnswerNode, index: number) => AnswerNode,
  applies: (value: AnswerNode) => boolean,
): AnswerNode {
  if (node.kind !== "object") return node;
  let index = 0;
  return {
    ...node,
    members: node.members.map(([key, value]) => [key, applies(value) ? change(value, index++) : value]),
  };
}

const isString = (node: AnswerNode): boolean => node.kind === "scalar" && typeof node.value === "string";
const isNull = (node: AnswerNode): boolean => node.kind === "scalar" && node.value === null;

function lengthen(node: AnswerNode): AnswerNode {
  if (node.kind !== "scalar") return node;
  return { ...node, value: `${String(node.value)} and so on`.padEnd(600, " and so on") };
}
