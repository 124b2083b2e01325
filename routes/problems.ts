import { errorCatalogue, ProblemSchema } from "../schemas/index.ts";
import type { ErrorCode } from "../schemas/index.ts";

/** Response schemas for error codes, by status, for a route's part of openapi.json. */
export function problemResponses(...codes: ErrorCode[][]): Record<number, object> {
  const byStatus = new Map<number, string[]>();
  for (const code of codes.flat()) {
    const { status, when } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${when}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, meanings]) => [
      status,
      { description: meanings.join(" "), content: { "application/problem+json": { schema: ProblemSchema } } },
    ]),
  );
}
