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
    replay: section(
      { enabled: Type.Boolean({ description: "replay the labelled set on each backend at a low rate" }) },
      "replay",
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
      pattern: "^(sqlite:.+|postgres(ql)?://.+)$",
      description: "sqlite:PATH, or postgres://… ; a password belongs into env:NAME or file:PATH",
    }),
    images: section(
      {
        retain: oneOf(["none", "labelled", "all"], "which prepared images are kept"),
        days: integer(1, 3650, "how long they are kept"),
        max_bytes: integer(0, 1000000000000000, "how much they may take together"),
      },
      "prepared images",
    ),
  },
  "where predictions and labels are kept",
);
