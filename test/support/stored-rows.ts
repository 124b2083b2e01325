import type { ArmsTable, AuditTable, Insertable, LabelsTable, ScoresTable } from "../../src/storage/index.ts";

/** Rows with good defaults. */
export function labelRow(row: Partial<Insertable<LabelsTable>> = {}): Insertable<LabelsTable> {
  return {
    key_kind: "sample_id",
    key: "sample-1",
    annotator: "ann",
    source: "studio",
    design: "audit",
    labels: '{"type":"shirt"}',
    created_ms: 1_700_000_000_000,
    is_joined: 0,
    ...row,
  };
}

export function scoreRow(row: Partial<Insertable<ScoresTable>> = {}): Insertable<ScoresTable> {
  return {
    content: "content-1",
    arm_id: "arm-1",
    sample_id: null,
    garment_id: "garment-1",
    origin: "live",
    outcome: "valid",
    is_clean: 1,
    latency_ms: 12.5,
    inclusion: 0.1,
    design: "audit",
    created_ms: 1_700_000_000_000,
    scored_ms: 1_700_000_000_001,
    rescored_ms: 1_700_000_000_002,
    scorer: "1",
    weighted: 0.875,
    quality: 0.5,
    quality_partial: 1,
    marks: "1",
    truths: "v",
    ...row,
  };
}

export function armRow(row: Partial<Insertable<ArmsTable>> = {}): Insertable<ArmsTable> {
  return {
    id: "arm-1",
    backend: "baseline",
    model: "m",
    quantization: "fp8",
    fingerprint: "f",
    prompt: "1",
    schema: "1",
    preparation: "1",
    simulated: 0,
    first_seen_ms: 1,
    ...row,
  };
}

export function auditRow(row: Partial<Insertable<AuditTable>> = {}): Insertable<AuditTable> {
  return { seq: 1, at_ms: 1, kind: "k", actor: "a", body: "{}", previous_hash: "", hash: "h", ...row };
}
