import type { FastifyInstance } from "fastify";
import type { IngestSummary, LabelReport, StoredLabel } from "../../../src/labels/index.ts";
import { LabelQuerySchema, LabelReportSchema, LabelSchema, LabelsTakenSchema } from "../../../schemas/index.ts";
import type { LabelQuery, LabelReportView, LabelsTaken } from "../../../schemas/index.ts";
import { labelExample, labelReportExample, labelsTakenExample } from "../../examples/labels.ts";
import { problemResponses } from "../../problems.ts";

const putSchema = {
  tags: ["labels"],
  summary: "Say what a garment truly is, before or long after it was answered",
  description:
    "One label as JSON, or NDJSON (`application/x-ndjson`) of any length with at most 64 KiB a line. What is accepted is committed before the answer. Lines that are no labels are reported by their numbers, and the rest is accepted. Sending labels again is safe: what is known is not stored twice. docs/labels.md explains keys, annotators and revisions.",
  body: {
    content: {
      "application/json": { schema: { ...LabelSchema, examples: [labelExample] } },
      "application/x-ndjson": { schema: { type: "string", examples: [`${JSON.stringify(labelExample)}\n`] } },
    },
  },
  response: {
    200: {
      description: "What became of the labels",
      content: { "application/json": { schema: LabelsTakenSchema, example: labelsTakenExample } },
    },
    ...problemResponses(
      ["request_invalid", "body_too_large", "unsupported_media_type", "unauthorized", "forbidden"],
      ["rate_limited", "internal", "overloaded", "deadline_exceeded"],
    ),
  },
};

const getSchema = {
  tags: ["labels"],
  summary: "What is known of a garment, and how it came to be known",
  params: {
    type: "object",
    properties: {
      key: { type: "string", description: "A request id, sample_id or image hash, URL-encoded.", example: "shelf-7" },
    },
  },
  querystring: LabelQuerySchema,
  response: {
    200: {
      description: "The label and its history",
      content: { "application/json": { schema: LabelReportSchema, example: labelReportExample } },
    },
    ...problemResponses(
      ["request_invalid", "not_found", "unauthorized", "forbidden"],
      ["rate_limited", "internal", "overloaded"],
    ),
  },
};

/** `POST /v1/labels` and `GET /v1/labels/{key}`. The labels room validates labels: a line of NDJSON is no body. */
export async function labelsRoutes(app: FastifyInstance): Promise<void> {
  const { labels } = app.gateway;
  app.post("/labels", { schema: putSchema, validatorCompiler: () => () => true }, async (request) => {
    const isOne = /^application\/json\b/i.test(request.headers["content-type"] ?? "");
    const taken = isOne ? await labels.put(request.body) : await labels.ingest(request.streamBody());
    request.logFields = {
      ...request.logFields,
      accepted: taken.accepted,
      added: taken.added,
      joined: taken.joined,
      rejected: taken.rejectedCount,
    };
    return toTaken(taken);
  });
  app.get<{ Params: { key: string }; Querystring: LabelQuery }>(
    "/labels/:key",
    { schema: getSchema },
    async ({ params, query }) =>
      toView(
        await labels.find(params.key, {
          ...(query.kind !== undefined && { kind: query.kind }),
          ...(query.limit !== undefined && { limit: Number(query.limit) }),
        }),
      ),
  );
}

function toTaken({ accepted, added, joined, rejected, rejectedCount }: IngestSummary): LabelsTaken {
  return { accepted, added, joined, rejected, rejected_count: rejectedCount };
}

function toView(report: LabelReport): LabelReportView {
  return {
    key_kind: report.keyKind,
    key: report.key,
    other_kinds: report.otherKinds,
    ...report.truth,
    current: report.current.map(toRevision),
    conflicts: report.conflicts,
    history: report.history.map(toRevision),
    history_cut: report.isHistoryCut,
  };
}

function toRevision({ annotator, source, design, labels, createdMs }: StoredLabel): LabelReportView["current"][number] {
  return { annotator, source, design, labels, created_ms: createdMs };
}
