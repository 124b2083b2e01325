import assert from "node:assert/strict";
import type { Prometheus } from "./prometheus.ts";
import { pause } from "./background-load.ts";

/** Names of the alerts that fire at this moment. */
export async function firing(prometheus: Prometheus): Promise<string[]> {
  const series = await prometheus.query('ALERTS{alertstate="firing"}');
  return [...new Set(series.map(({ metric }) => metric["alertname"] as string))].sort();
}

const lookEveryMs = 300;

/** Waits until all of these alerts have fired, at once or one after the other. */
export async function haveFired(prometheus: Prometheus, names: readonly string[], forMs = 30_000): Promise<void> {
  const until = Date.now() + forMs;
  for (;;) {
    const series = await prometheus.query('max_over_time(ALERTS{alertstate="firing"}[10m])');
    const fired = new Set(series.map(({ metric }) => metric["alertname"]));
    const missing = names.filter((name) => !fired.has(name));
    if (missing.length === 0) return;
    if (Date.now() > until) assert.deepEqual(missing, [], "these alerts have not fired");
    await pause(lookEveryMs / 1000);
  }
}

interface RuleGroups {
  groups: {
    rules: { type: string; name: string; lastError?: string; alerts?: { annotations: Record<string, string> }[] }[];
  }[];
}

/** No rule may fail, and no text of an alert that fires may hold a mistake of its template. */
export async function assertRulesAreSound(prometheus: Prometheus): Promise<void> {
  const { groups } = await prometheus.get<RuleGroups>("rules");
  for (const { name, lastError, alerts = [] } of groups.flatMap(({ rules }) => rules)) {
    assert.ok(lastError === undefined || lastError === "", `${name}: ${lastError}`);
    for (const { annotations } of alerts) {
      for (const text of Object.values(annotations))
        assert.doesNotMatch(text, /<no value>|error expanding|\{\{/i, name);
    }
  }
}
