import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";

interface OpenApiOptions {
  version: string;
  /** A sentence at the top of the page, such as that no real model is behind this gateway. */
  notice: string;
}

/** `GET /openapi.json`, generated from the route schemas, and `GET /docs`, a page to read and try it offline. */
export const openApiPlugin = fp(
  async (app: FastifyInstance, { version, notice }: OpenApiOptions) => {
    await app.register(swagger, {
      openapi: {
        openapi: "3.1.0",
        info: {
          title: "garment-gateway",
          version,
          description: `Garment photos in, nine validated attributes out.${notice === "" ? "" : ` **${notice}**`}`,
          license: { name: "Apache-2.0", identifier: "Apache-2.0" },
        },
        tags: [
          { name: "attributes", description: "One garment, nine attributes" },
          { name: "chat", description: "For clients that speak OpenAI's API" },
          { name: "models", description: "What serves" },
          { name: "operations", description: "Health, metrics, this description" },
        ],
        components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      },
    });
    await app.register(swaggerUi, {
      routePrefix: "/docs",
      // The badge of an online validator would be the one request that leaves the machine.
      uiConfig: { validatorUrl: null, tryItOutEnabled: true, displayRequestDuration: true, docExpansion: "list" },
      theme: {
        title: "garment-gateway API",
        css: [{ filename: "page.css", content: ".topbar { display: none }" }],
      },
      staticCSP: false,
    });
    app.get("/openapi.json", { schema: { tags: ["operations"], summary: "This description" } }, async () =>
      app.swagger(),
    );
  },
  { name: "openapi" },
);
