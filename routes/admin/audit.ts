import type { FastifyInstance } from "fastify";
import { AuditQuerySchema, AuditSchema } from "../../schemas/index.ts";
import type { AuditQuery } from "../../schemas/index.ts";
import { auditExample } from "../examples/eval.ts";
import { problemResponses } from "../problems.ts";

const schema = {
  tags: ["operations"],
  summary: "The record of verdicts and decisions",
  description:
    "Append-only: each entry carries the hash of the one before it, and every request checks the whole chain. An end that was cut off shows only against the log, which tells the hash of each entry as it is appended.",
  querystring: AuditQuerySchema,
  response: {
    200: {
      description: "A page of entries, newest first",
      content: { "application/json": { schema: AuditSchema, example: auditExample } },
    },
    ...problemResponses(["request_invalid", "unauthorized", "forbidden"], ["rate_limited", "internal", "overloaded"]),
  },
};

/** `GET /admin/audit`. */
export async function auditRoute(app: FastifyInstance): Promise<void> {
  const { evaluation } = app.gateway;
  app.get<{ Querystring: AuditQuery }>("/audit", { schema }, ({ query }) => evaluation.readAudit(query));
}
