import { Type } from "typebox";
import { fraction, id, integer, oneOf, perField, section } from "./parts.ts";

export const ReviewSchema = section(
  {
    thresholds: perField(
      fraction("confidence"),
      "a field below its threshold is listed in needs_review; 0.8 where none is given",
    ),
    target_precision: perField(fraction("precision"), "precision that automatic acceptance of a field should keep"),
  },
  "which answers want a person's look",
);

export const ShadowSchema = section(
  {
    enabled: Type.Boolean({ description: "mirror live requests to the candidate and score both" }),
    baseline: id("backend that serves today"),
    candidate: id("backend that may replace it"),
    mirror_rate: fraction("share of live requests that is mirrored"),
    max_concurrency: integer(1, 256, "mirrored calls at once, all backends together"),
    timeout_ms: integer(100, 600000, "longest time of one mirrored call"),
    max_queue: integer(1, 10000, "mirrored calls that wait in memory; more are spooled where their images are stored"),
    max_spool: integer(0, 10000000, "mirrored calls that wait in the store"),
    max_requests_per_hour: integer(0, 100000000, "mirrored calls in an hour"),
    max_tokens_per_hour: integer(0, 1000000000000, "prompt and answer tokens of mirrored calls in an hour"),
    pause_at_waiting: integer(1, 100000, "live requests that wait for a place, from which on nothing is mirrored"),
    replay: section(
      {
        enabled: Type.Boolean({ description: "ask each backend anew about labelled garments, at a low rate" }),
        per_hour: integer(1, 100000, "replayed garments in an hour, for each backend"),
      },
      "replay of the labelled set",
    ),
    decision: section(
      {
        alpha: Type.Number({ exclusiveMinimum: 0, maximum: 0.5, description: "error probability of each decision" }),
        margins: perField(fraction("points lost that are still acceptable"), "non-inferiority margins", ["weighted"]),
        min_pairs: integer(1, 10000000, "labelled pairs before any verdict"),
        min_valued: perField(
          integer(0, 10000000, "pairs"),
          "pairs in which the field's label is not null, before any verdict",
        ),
        max_pairs: integer(1, 10000000, "pairs after which an undecided comparison is inconclusive"),
        max_days: integer(1, 3650, "days after which an undecided comparison is inconclusive"),
      },
      "when a comparison is decided",
    ),
  },
  "shadow evaluation",
);

export const StorageSchema = section(
  {
    url: Type.String({
      pattern: "^(sqlite:.+|postgres(ql)?://.+|env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$",
      description: "sqlite:PATH or postgres://…; or env:NAME or file:PATH that hold it, where it has a password",
    }),
    images: section(
      {
        retain: oneOf(
          ["none", "labelled", "all"],
          "which prepared images are kept; labelled: those of garments that have a label, or are mirrored so that they may get one",
        ),
        days: integer(1, 3650, "how long they are kept"),
        max_bytes: integer(0, 1000000000000000, "how much they may take together"),
      },
      "prepared images",
    ),
    predictions: section(
      { days: integer(1, 3650, "how long predictions without a label are kept; labelled ones stay") },
      "stored predictions",
    ),
  },
  "where predictions and labels are kept",
);
