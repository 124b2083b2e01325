import { Ajv } from "ajv";
import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import { Misfit, toErrorItem } from "./error-item.ts";
import { requestInvalid } from "./errors.ts";

/** More than any settings or label take. */
const maxBodyBytes = 65_536;

/**
 * Routes of this Fastify scope take small JSON bodies and check them strictly against their schemas: nothing is coerced,
 * unknown members are refused. Only in a query, where all is text, a text of digits is a number, and one value is a list.
 */
export const jsonRoutesPlugin = fp(
  async (app: FastifyInstance) => {
    const ajv = new Ajv({ allErrors: true, verbose: true, strict: false });
    const queryAjv = new Ajv({ allErrors: true, verbose: true, strict: false, coerceTypes: "array" });
    app.removeContentTypeParser("application/json");
    app.addContentTypeParser(
      "application/json",
      { parseAs: "string", bodyLimit: maxBodyBytes },
      async (_request: unknown, body: string) => {
        try {
          return JSON.parse(body) as unknown;
        } catch {
          throw requestInvalid("The body is not valid JSON.", {
            errors: [{ path: "", message: "must be valid JSON" }],
          });
        }
      },
    );
    app.setValidatorCompiler(({ schema, httpPart }) => {
      const validate = (httpPart === "querystring" ? queryAjv : ajv).compile(schema as object);
      return (value: unknown) => {
        if (validate(value)) return { value };
        return { error: new Misfit((validate.errors ?? []).map(toErrorItem)) };
      };
    });
  },
  { name: "json-routes", dependencies: ["upload"] },
);
