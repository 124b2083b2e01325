import { Type } from "typebox";
import { integer, oneOf, section } from "./parts.ts";

export const ServerSchema = section(
  {
    host: Type.String({ minLength: 1, description: "address to listen on; other than loopback needs auth.required" }),
    port: integer(0, 65535, "TCP port; 0 takes a free one"),
    max_body_bytes: integer(1024, 1073741824, "largest request body; a larger one is refused with body_too_large"),
    shutdown_grace_ms: integer(0, 600000, "time that running requests get to finish after SIGTERM"),
  },
  "the HTTP server",
);

export const LogSchema = section(
  { level: oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"], "least severe lines to write") },
  "structured log on standard output",
);
