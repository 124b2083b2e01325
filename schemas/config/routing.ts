import { Type } from "typebox";
import { fraction, integer, oneOf, section } from "./parts.ts";

const deadline = integer(1, 120000, "milliseconds");

export const RoutingSchema = section(
  {
    policy: oneOf(["least-loaded", "power-of-two", "weighted"], "how a backend is chosen among those that fit"),
    deadline_ms: Type.Union(
      [
        deadline,
        section({ interactive: Type.Optional(deadline), bulk: Type.Optional(deadline) }, "a number for each priority"),
      ],
      { description: "time for a whole request where the caller names none: one number, or one for each priority" },
    ),
    attempt_timeout_ms: integer(1, 120000, "time for one call to a backend"),
    max_attempts: integer(1, 10, "most calls to backends for one request because of failures"),
    retry_budget: fraction(
      "retries as a share of requests over the whole fleet; at least 10 per 10 s are always allowed",
    ),
  },
  "choosing backends, retries and time limits",
);

export const AdmissionSchema = section(
  {
    max_in_flight: integer(1, 100000, "requests worked on at once"),
    max_queue: integer(0, 100000, "requests that may wait for a place"),
    max_bytes_in_flight: integer(1048576, 68719476736, "bytes of request bodies held at once"),
    brown_out: section(
      {
        enabled: Type.Boolean({ description: "lower the vision token budget under pressure, before anything is shed" }),
      },
      "graceful degradation",
    ),
  },
  "how much work is let in",
);

export const CacheSchema = section(
  {
    enabled: Type.Boolean({ description: "keep answers and join identical requests in flight" }),
    max_entries: integer(1, 10000000, "most answers kept in memory"),
    ttl_ms: integer(1, 2592000000, "how long an answer is kept"),
  },
  "answers by content",
);
