import type { ChatPrompt } from "../../schemas/index.ts";

/** An answer's prompt tokens, and what they should be made of. */
export interface PromptCount {
  prompt: ChatPrompt;
  /** As the backend counted them. */
  promptTokens: number;
  /** As we planned them, one entry for each image. */
  images: readonly { visionTokens: number }[];
}

interface ArithmeticOptions {
  /** Tokens around each image. */
  markerTokensPerImage: number;
  /** Tokens of the prompt without its images; null where the backend cannot tell. Never rejects. */
  countTextTokens(prompt: ChatPrompt): Promise<number | null>;
  onMismatch(difference: { expected: number; counted: number }): void;
}

/** Views in every order make 780 prompts at most. */
const maxPrompts = 1024;

/**
 * Compares a backend's prompt tokens with ours: a server that resizes images once more, or a family that is configured
 * wrongly, costs money and accuracy and shows nowhere else. The text's share is asked of the backend once a prompt; one
 * that cannot tell is taken at the word of its first answer, and later answers are held against that.
 */
export function createTokenArithmetic(options: ArithmeticOptions) {
  /** Text tokens by prompt; `pending` while the backend is asked. */
  const bases = new Map<string, number | "pending">();

  function compare(base: number, count: PromptCount): void {
    const expected = base + imageTokens(count);
    if (expected !== count.promptTokens) options.onMismatch({ expected, counted: count.promptTokens });
  }

  function imageTokens({ images }: PromptCount): number {
    return images.reduce((sum, { visionTokens }) => sum + visionTokens + options.markerTokensPerImage, 0);
  }

  async function learn(key: string, count: PromptCount): Promise<void> {
    bases.set(key, "pending");
    const told = await options.countTextTokens(count.prompt);
    const base = told ?? count.promptTokens - imageTokens(count);
    bases.set(key, base);
    compare(base, count);
  }

  return {
    /** Answers that come while the text of their prompt is being counted are let pass. */
    check(count: PromptCount): void {
      const key = keyOf(count.prompt);
      const base = bases.get(key);
      if (typeof base === "number") compare(base, count);
      else if (base === undefined && bases.size < maxPrompts) void learn(key, count);
    },
    /** The server may be another one now. */
    forget(): void {
      bases.clear();
    },
  };
}

function keyOf(prompt: ChatPrompt): string {
  return [prompt.system, ...prompt.parts.map((part) => (part.kind === "text" ? part.text : ""))].join("\0");
}
