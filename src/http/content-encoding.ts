import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import { unsupportedMediaType } from "./errors.ts";

/**
 * Refuses compressed bodies on every route, after its key was checked and before anything is read: their bytes would be taken
 * for what they are not, and a small body could unpack to any size.
 */
export const contentEncodingPlugin = fp(
  async (app: FastifyInstance) => {
    app.addHook("preParsing", async ({ headers }) => {
      const { "content-encoding": encoding = "", "content-length": length = "0" } = headers;
      const isPlain = encoding.split(",").every((each) => ["", "identity"].includes(each.trim().toLowerCase()));
      const hasBody = length !== "0" || headers["transfer-encoding"] !== undefined;
      if (isPlain || !hasBody) return;
      throw unsupportedMediaType("Send the body uncompressed, without a Content-Encoding.");
    });
  },
  { name: "content-encoding" },
);
