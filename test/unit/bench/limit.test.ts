import assert from "node:assert/strict";
import test from "node:test";
import { judgePhase } from "../../../bench/fleet/limit.ts";
import { readSeries } from "../../../bench/processes/metrics.ts";

test("a phase is judged by its last third, and by when the limit first came close", () => {
  const points = Array.from({ length: 30 }, (_, at): [number, number] => [at, at < 10 ? 4 : at < 20 ? 14 : 16]);
  const phase = judgePhase({ slots: 16, from: 0, to: 30 }, points);
  assert.equal(phase.limitOverSlots, 1);
  assert.equal(phase.secondsToClose, 10);
});

test("a limit that nobody shows or that stays away is neither close nor measured", () => {
  assert.equal(judgePhase({ slots: 16, from: 0, to: 30 }, [[5, 64]]).secondsToClose, Infinity);
  assert.ok(Number.isNaN(judgePhase({ slots: 16, from: 0, to: 30 }, []).limitOverSlots));
});

test("series of a metric are read by their backend, other metrics and labels left out", () => {
  const text = [
    "# HELP g_state x",
    'g_state{backend="a",state="ready"} 1',
    'g_state{backend="a",state="down"} 0',
    'g_state{backend="b",state="ready"} 0',
    'g_state_changes{backend="c",state="ready"} 7',
  ].join("\n");
  assert.deepEqual(
    readSeries(text, "g_state", { state: "ready" }),
    new Map([
      ["a", 1],
      ["b", 0],
    ]),
  );
  assert.deepEqual(readSeries(text, "missing"), new Map());
});
