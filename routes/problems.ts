import { errorCatalogue, OpenAiErrorSchema, ProblemSchema } from "../schemas/index.ts";
import type { ErrorCode } from "../schemas/index.ts";

/** Response schemas for error codes, by status, for a route's part of openapi.json. */
export function problemResponses(...codes: ErrorCode[][]): Record<number, object> {
  return responses(codes.flat(), { "application/problem+json": { schema: ProblemSchema } });
}

/** The same for a route whose errors have OpenAI's shape. */
export function openAiErrorResponses(...codes: ErrorCode[][]): Record<number, object> {
  return responses(codes.flat(), { "application/json": { schema: OpenAiErrorSchema } });
}

function responses(codes: readonly ErrorCode[], content: object): Record<number, object> {
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, meanings]) => [
      status,
      { description: meanings.map((code) => `\`${code}\`: ${errorCatalogue[code].when}`).join(" "), content },
    ]),
  );
}
