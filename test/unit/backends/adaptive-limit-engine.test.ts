import assert from "node:assert/strict";
import { test } from "node:test";
import { createAdaptiveLimit } from "../../../src/backends/adaptive-limit.ts";
import { seededRandom } from "../../../src/kernel/index.ts";
import { createCard } from "../../../src/simulator/engine/card.ts";
import { createEngine } from "../../../src/simulator/engine/engine.ts";
import { latencyModels } from "../../../src/simulator/engine/latency.ts";
import { createPrefixCache } from "../../../src/simulator/engine/prefix-cache.ts";
import { createManualClock } from "../../support/manual-clock.ts";

/**
 * The simulator's continuous-batching engine (prefill delays every other sequence, so latency grows with each call long
 * before the places are taken) before callers who always fill the limit. The limit and the answers of each second.
 */
async function runEngine(
  maxNumSeqs: number,
  seconds: number,
  limitOf?: number,
): Promise<{ limits: number[]; answers: number }> {
  const clock = createManualClock();
  const random = seededRandom(2);
  const latency = latencyModels.fp8;
  const engine = createEngine({ clock, latency, card: createCard(), prefixCache: createPrefixCache(64), maxNumSeqs });
  const limit = createAdaptiveLimit({ floor: 2, ceiling: 64, now: 0 });
  const closing = new AbortController();
  const limits: number[] = [];
  let inFlight = 0;
  let answers = 0;
  let askedAt = -Infinity;

  async function call(): Promise<void> {
    inFlight += 1;
    const beganAt = clock.now();
    const vision = random() < 0.5 ? 300 : 768;
    const outputTokens = 60 + Math.floor(random() * 60);
    const work = { promptTokens: vision + 250, blockKeys: [], patches: vision * 4, outputTokens };
    await engine.run(work, closing.signal);
    const now = clock.now();
    const isAsked = now - askedAt >= 200;
    if (isAsked) askedAt = now;
    const waitingInside = isAsked ? engine.waiting : null;
    limit.answered({ beganAt, now, tokens: vision + 350, inFlight, waitingInside });
    inFlight -= 1;
    if (now >= (seconds * 1000) / 2) answers += 1;
  }

  const fill = (): void => {
    while (inFlight < (limitOf ?? limit.limit)) void call().catch(() => {});
  };
  for (let tick = 0; tick < seconds * 200; tick += 1) {
    fill();
    clock.advance(5);
    for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
    if (tick % 200 === 199) limits.push(limit.limit);
  }
  closing.abort();
  engine.close();
  return { limits, answers };
}

for (const slots of [12, 32]) {
  test(`before the simulator's engine with ${slots} places it settles within 20 % of them, at full throughput`, async () => {
    const { limits, answers } = await runEngine(slots, 60);
    for (const limit of limits.slice(40)) assert.ok(Math.abs(limit - slots) <= 0.2 * slots, `${limit} of ${slots}`);
    const full = await runEngine(slots, 60, slots + 4);
    assert.ok(answers >= 0.97 * full.answers, `${answers} of ${full.answers}`);
  });
}
