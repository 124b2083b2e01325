import { jobVariable, lines, own, quantile, rate, rateOrZero } from "../board.ts";
import type { Board } from "../board.ts";

const mean = (histogram: string, by = ""): string =>
  `sum${by} (${rate(own(`${histogram}_sum`))}) / sum${by} (${rate(own(`${histogram}_count`))})`;

/** What callers upload, and what the backends get of it. */
export const images: Board = {
  name: "images",
  title: "Garment gateway / Images",
  about:
    "Formats, sizes, preparation and vision tokens: what is uploaded, what it costs us, and what it costs the card.",
  variables: [jobVariable],
  rows: [
    {
      title: "Uploads",
      panels: [
        lines(
          "Images by format",
          "reqps",
          "What do callers send? HEIC and AVIF cost most.",
          [[`sum by (format) (${rate(own("image_prepare_seconds_count"))})`, "{{format}}"]],
          { isStacked: true },
        ),
        lines("Size of an upload", "bytes", "How large are they?", [
          [quantile(0.5, own("image_bytes_bucket", 'stage="uploaded"')), "p50"],
          [quantile(0.95, own("image_bytes_bucket", 'stage="uploaded"')), "p95"],
          [mean("image_bytes", " by (stage)"), "{{stage}} mean"],
        ]),
        lines(
          "Refused uploads",
          "reqps",
          "What is not taken: 400 broken, 413 too large, 415 no image that we read, 422 cannot be decoded.",
          [
            [
              rateOrZero(
                "http_request_duration_seconds_count",
                'route=~"/v1/attributes|/v1/chat/completions", status="400"',
              ),
              "400",
            ],
            [
              rateOrZero(
                "http_request_duration_seconds_count",
                'route=~"/v1/attributes|/v1/chat/completions", status="413"',
              ),
              "413",
            ],
            [
              rateOrZero(
                "http_request_duration_seconds_count",
                'route=~"/v1/attributes|/v1/chat/completions", status="415"',
              ),
              "415",
            ],
            [
              rateOrZero(
                "http_request_duration_seconds_count",
                'route=~"/v1/attributes|/v1/chat/completions", status="422"',
              ),
              "422",
            ],
          ],
        ),
        lines("Bytes in and out", "Bps", "How much do we spare the network and the servers?", [
          [`sum by (stage) (${rate(own("image_bytes_sum"))})`, "{{stage}}"],
        ]),
        lines("Shrunk to", "percentunit", "Bytes sent for each byte uploaded.", [
          [
            `sum(${rate(own("image_bytes_sum", 'stage="sent"'))}) / sum(${rate(own("image_bytes_sum", 'stage="uploaded"'))})`,
            "share",
          ],
        ]),
        lines(
          "Images of a request",
          "short",
          "Prepared images for each request that was answered anew; more than 1 where several views come together.",
          [
            [
              `sum(${rate(own("image_prepare_seconds_count"))}) / sum(${rate(own("cache_requests_total", 'outcome=~"miss|store_skipped|bypass"'))})`,
              "images",
            ],
          ],
        ),
      ],
    },
    {
      title: "Preparation",
      panels: [
        lines("Time to prepare", "s", "Decode, resize, encode: by format.", [
          [quantile(0.5, own("image_prepare_seconds_bucket"), "format"), "{{format}} p50"],
          [quantile(0.95, own("image_prepare_seconds_bucket"), "format"), "{{format}} p95"],
        ]),
        lines("Its share of a request", "s", "What images, waiting and the rest add to a request: mean.", [
          [mean("overhead_seconds", " by (component)"), "{{component}}"],
        ]),
        lines("Processor time in preparation", "short", "Threads that prepare images, on average.", [
          [`sum(${rate(own("image_prepare_seconds_sum"))})`, "busy"],
        ]),
      ],
    },
    {
      title: "Tokens",
      panels: [
        lines("Vision tokens of an image", "short", "What an image costs the card.", [
          [quantile(0.5, own("image_vision_tokens_bucket")), "p50"],
          [quantile(0.95, own("image_vision_tokens_bucket")), "p95"],
          [mean("image_vision_tokens"), "mean"],
        ]),
        lines("Vision tokens a second", "short", "What we ask of the fleet.", [
          [`sum(${rate(own("image_vision_tokens_sum"))})`, "tokens"],
        ]),
        lines(
          "Degraded",
          "percentunit",
          "Share of the budget that new requests keep; below 1 under pressure.",
          [[`min(${own("brown_out_factor")})`, "share"]],
          { max: 1 },
        ),
      ],
    },
  ],
};
