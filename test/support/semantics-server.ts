import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the server saw it. */
export interface SemanticsCall {
  path: string;
  authorization: string | undefined;
  body: { inputs?: unknown[]; input?: string[]; model?: string };
}

/** What the server does instead of answering. */
export type SemanticsFault = { status: number } | { text: string } | { json: unknown } | "hang" | "reset";

export interface SemanticsServerStub {
  url: string;
  calls: SemanticsCall[];
  /** Whatever comes is met with this, until it is null. */
  fault: SemanticsFault | null;
  /** While set, requests wait for it. */
  gate: Promise<void> | null;
  close(): Promise<void>;
}

/**
 * A server that speaks the forms of text-embeddings-inference (`/embed`, `/predict`) and vLLM (`/v1/embeddings`,
 * `/classify`). Its embedding of a text counts its words; a hypothesis contradicts its premise by 0.9 unless they are equal.
 */
export async function startSemanticsServer(): Promise<SemanticsServerStub> {
  const server = createServer((request, response) => {
    void readJson(request).then(async (body) => {
      const path = request.url ?? "";
      stub.calls.push({ path, authorization: request.headers.authorization, body: body as SemanticsCall["body"] });
      await stub.gate;
      const { fault } = stub;
      if (fault === "hang") return;
      if (fault === "reset") {
        request.socket.resetAndDestroy();
        return;
      }
      if (fault !== null && "status" in fault) response.statusCode = fault.status;
      const json = fault !== null && "json" in fault ? fault.json : answerTo(path, body as SemanticsCall["body"]);
      response.end(fault !== null && "text" in fault ? fault.text : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: SemanticsServerStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    fault: null,
    gate: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stub;
}

const vocabulary = ["t", "shirt", "navy", "blue", "red", "dress"];

/** How often each known word stands in a text, not normalised; one more number keeps it from having no length. */
function embed(text: string): number[] {
  const words = text.split(" ");
  return [...vocabulary.map((word) => words.filter((each) => each === word).length), 0.001];
}

function answerTo(path: string, { inputs = [], input = [] }: SemanticsCall["body"]): unknown {
  if (path === "/embed") return (inputs as string[]).map(embed);
  if (path === "/v1/embeddings") {
    // Out of order on purpose: `index` says which is which.
    return { data: input.map((text, index) => ({ index, embedding: embed(text) })).reverse() };
  }
  if (path === "/predict") {
    return (inputs as [string, string][]).map(([premise, hypothesis]) => {
      const score = premise === hypothesis ? 0.05 : 0.9;
      return [
        { label: "ENTAILMENT", score: 1 - score },
        { label: "CONTRADICTION", score },
      ];
    });
  }
  return {
    data: input.map((text, index) => {
      const [premise, hypothesis] = text.split(" [SEP] ");
      const score = premise === hypothesis ? 0.05 : 0.9;
      return { index, label: "x", probs: [1 - score, 0, score], num_classes: 3 };
    }),
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}
