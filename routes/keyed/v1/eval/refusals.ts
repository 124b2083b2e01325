import { problemResponses } from "../../../problems.ts";
import type { ErrorCode } from "../../../../schemas/index.ts";

/** What every view of the evaluation may answer instead, and what only some do. */
export function viewRefusals(...more: ErrorCode[]): Record<number, object> {
  return problemResponses(
    ["request_invalid", ...more],
    ["unauthorized", "forbidden", "rate_limited", "internal", "overloaded"],
  );
}
