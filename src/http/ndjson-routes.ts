import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import { unsupportedMediaType } from "./errors.ts";

/** Media types of one JSON value a line; the first is the common one. */
const ndjsonTypes = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

/**
 * Routes of this Fastify scope take NDJSON too, unread: `request.streamBody()` gives it. Photos and forms are refused here.
 */
export const ndjsonRoutesPlugin = fp(
  async (app: FastifyInstance) => {
    app.removeContentTypeParser([/^image\//i, "multipart/form-data"]);
    app.addContentTypeParser(ndjsonTypes, async () => null);
    app.addContentTypeParser("*", async () => {
      throw unsupportedMediaType(`Send application/json, or ${ndjsonTypes[0]} with one JSON object a line.`);
    });
  },
  { name: "ndjson-routes", dependencies: ["arrival", "json-routes"] },
);
