import assert from "node:assert/strict";
import test from "node:test";
import { beginAtZero, beginBackendAtZero, createInstruments } from "../../../src/telemetry/index.ts";

test("what alerts look at is on the page before anything has happened, at 0", async () => {
  const instruments = createInstruments();
  beginAtZero(instruments);
  beginBackendAtZero(instruments, "a");
  const { text } = await instruments.meter.expose();
  for (const series of [
    'admission_total{outcome="shed_queue_full"}',
    'predictions_total{outcome="lost"}',
    'retries_total{reason="budget_empty"}',
    'shadow_mirrors_total{outcome="dropped"}',
    'answers_total{backend="a",outcome="invalid"}',
    'backend_requests_total{backend="a",outcome="connection"}',
    'backend_token_arithmetic_mismatch_total{backend="a"}',
    'answer_duration_seconds_count{priority="interactive"}',
  ]) {
    assert.ok(text.includes(`\ngarment_gateway_${series} 0\n`), series);
  }
});

test("a record that nobody has checked yet is neither whole nor broken", async () => {
  const instruments = createInstruments();
  beginAtZero(instruments);
  assert.match((await instruments.meter.expose()).text, /\ngarment_gateway_audit_valid nan\n/i);
});

test("figures that are read are read at each exposition", async () => {
  const instruments = createInstruments();
  let waiting = 0;
  instruments.meter.beforeExpose(() => instruments.fleetWaiting.set((waiting += 1)));
  await instruments.meter.expose();
  assert.match((await instruments.meter.expose()).text, /\ngarment_gateway_fleet_waiting 2\n/);
});
