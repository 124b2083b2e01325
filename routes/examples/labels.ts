import type { LabelReportView, LabelsTaken } from "../../schemas/index.ts";

/** A label that works as it is. */
export const labelExample = {
  sample_id: "shelf-7",
  labels: { type: "t-shirt", color: "light blue", brand: null },
  annotator: "mia",
};

export const labelsTakenExample: LabelsTaken = { accepted: 1, added: 1, joined: 0, rejected: [], rejected_count: 0 };

const mia = { annotator: "mia", source: "", design: "import" as const, created_ms: 1_767_225_600_000 };
const current = { ...mia, labels: { type: "t-shirt", color: "light blue", brand: null } };

export const labelReportExample: LabelReportView = {
  key_kind: "sample_id",
  key: "shelf-7",
  other_kinds: [],
  labels: current.labels,
  design: "import",
  annotators: 1,
  agreement: null,
  current: [current],
  conflicts: [],
  history: [current, { ...mia, labels: { type: "t-shirt" }, created_ms: 1_767_139_200_000 }],
  history_cut: false,
};
