import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";

interface OpenApiOptions {
  version: string;
  /** A sentence at the top of the page, such as that no real model is behind this gateway. */
  notice: string;
}

/** Without what offers no choice: a media type of one, links, and "Send empty value", which `dropEmptyParts` takes out. */
const pageStyle = ".parameter__empty_value_toggle, .response-control-media-type, .response-col_links { display: none }";

/** Runs in the page, which invents a value for every field of a form: `string` for a model's id, 1 for a deadline. */
function emptyForms(): object {
  return {
    afterLoad(this: { fn: Record<"getSampleSchema", (...args: unknown[]) => unknown> }) {
      const sample = this.fn.getSampleSchema;
      // It asks without a media type only for a form's field.
      this.fn.getSampleSchema = (schema, mediaType, ...rest) =>
        mediaType === false ? "" : sample(schema, mediaType, ...rest);
    },
  };
}

/** Runs in the page, which sends an empty part for every field of a form that is left empty. */
function dropEmptyParts(request: { body?: unknown }): object {
  const { body } = request;
  if (body instanceof FormData) {
    const empty = [...body].filter(([, value]) => value === "");
    for (const [name] of empty) body.delete(name);
  }
  return request;
}

/** `GET /openapi.json`, generated from the route schemas, and `GET /docs`, a page to read and try it offline. */
export const openApiPlugin = fp(
  async (app: FastifyInstance, { version, notice }: OpenApiOptions) => {
    await app.register(swagger, {
      refResolver: {
        buildLocalReference: (schema, _uri, _fragment, at) =>
          typeof schema.$id === "string" ? schema.$id : `schema-${at}`,
      },
      openapi: {
        openapi: "3.1.0",
        info: {
          title: "garment-gateway",
          version,
          description: `Garment photos in, nine validated attributes out. Every answer carries X-Request-Id.${notice === "" ? "" : ` **${notice}**`}`,
          license: { name: "Apache-2.0", identifier: "Apache-2.0" },
        },
        tags: [
          { name: "attributes", description: "One garment, nine attributes" },
          { name: "chat", description: "For clients that speak OpenAI's API" },
          { name: "labels", description: "Ground truth" },
          { name: "evaluation", description: "How good each build is, by the labels" },
          { name: "models", description: "What serves" },
          { name: "operations", description: "Health, metrics, this description" },
        ],
        components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      },
    });
    await app.register(swaggerUi, {
      routePrefix: "/docs",
      // The badge of an online validator would be the one request that leaves the machine.
      uiConfig: {
        layout: "BaseLayout",
        validatorUrl: null,
        tryItOutEnabled: true,
        displayRequestDuration: true,
        docExpansion: "list",
        defaultModelRendering: "model",
        defaultModelExpandDepth: 0,
        defaultModelsExpandDepth: -1,
        plugins: [emptyForms],
        requestInterceptor: dropEmptyParts,
      },
      theme: {
        title: "garment-gateway API",
        css: [{ filename: "page.css", content: pageStyle }],
      },
      staticCSP: false,
    });
    app.get("/openapi.json", { schema: { tags: ["operations"], summary: "This description" } }, async () =>
      app.swagger(),
    );
  },
  { name: "openapi" },
);
